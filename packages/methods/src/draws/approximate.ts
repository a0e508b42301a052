import type { ListLaw, Rng, ValueLaw } from '@recdistill/plugin'
import {
  addMissing,
  clearMarks,
  createMarks,
  drawByWanted,
  drawNearlyClosed,
  sampleByPosition,
  type Row,
} from '@recdistill/samplers'

/** What of RCE-KD's parameters its draw reads. */
export interface ApproximateOptions {
  readonly K: number
  readonly L: number
  readonly T: number
  readonly M: number
  readonly sampleRank: boolean
  readonly countMode: 'author' | 'paper'
  readonly cap: number | null
}

const wanted = createMarks() // the teacher's top list
const none = new Uint32Array(0)

/**
 * The nearly closed set of one user: L items drawn from the student's first M, in its order, then the teacher's top items
 * that are neither drawn nor among the student's first K, then padding. With `union`, the student's first K as well.
 * Reads the lists `teacherTop` and `top`, drawn before.
 */
export function drawApproximate(
  options: ApproximateOptions,
  row: Row,
  out: Uint32Array,
  rng: Rng,
  { union }: { union: boolean },
): void {
  const { L, T, M, sampleRank } = options
  const { numItems } = row
  const order = row.student.top(M)
  const [teacherTop, top] = [row.list('teacherTop'), row.list('top')]
  if (!union && !sampleRank) {
    drawNearlyClosed(order, teacherTop, top, out, rng, { ...countsOf(options), drawn: L, T, numItems })
    return
  }
  if (sampleRank) sampleByPosition(order, T, out.subarray(0, L), rng)
  else drawByWanted(order, teacherTop, out.subarray(0, L), rng, { ...countsOf(options), T, numItems })
  const places = union ? addMissing(top, none, out, L, numItems) : L
  addMissing(teacherTop, union ? none : top, out, places, numItems)
}

/** The same by name, where it is the usual one. */
export function approximateLaw(
  options: ApproximateOptions,
  { union }: { union: boolean },
): ListLaw | undefined {
  const { L, T, M, sampleRank } = options
  if (union || sampleRank) return undefined
  const from = { of: 'student', k: M, seen: 'keep' } as const
  return {
    kind: 'nearlyClosed',
    from,
    wanted: 'teacherTop',
    closed: 'top',
    drawn: L,
    T,
    ...countsOf(options),
  }
}

function countsOf({ K, countMode, cap }: ApproximateOptions): { cap: number; behind: number | null } {
  return { cap: cap ?? Infinity, behind: countMode === 'paper' ? K : null }
}

function markAll(marks: typeof wanted, items: Uint32Array, numItems: number): void {
  const stamp = clearMarks(marks, numItems)
  for (let t = 0; t < items.length; t++) marks.stamps[items[t]] = stamp
}

/** Share of the teacher's K top items that stand in the first `places` of a list. */
export function overlap(row: Row, list: 'top' | 'approximate', places: number, K: number): number {
  markAll(wanted, row.list('teacherTop'), row.numItems)
  const { stamps, stamp } = wanted
  const items = row.list(list)
  let both = 0
  for (let place = 0; place < places; place++) if (stamps[items[place]] === stamp) both++
  return both / K
}

/** e^(-beta overlap) of the same by name. */
export function overlapLaw(list: 'top' | 'approximate', places: number, K: number, beta: number): ValueLaw {
  const table = Float32Array.from({ length: K + 1 }, (_, both) => Math.exp(-beta * (both / K)))
  return { kind: 'overlap', list, places, other: 'teacherTop', table }
}
