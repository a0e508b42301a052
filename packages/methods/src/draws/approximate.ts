import { NO_ITEM, type Rng } from '@recdistill/plugin'
import { clearMarks, createMarks, sampleByPosition, sampleByWeight, type Row } from '@recdistill/samplers'

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
const listed = createMarks() // what needs no second place
let logWeights = new Float64Array(0)

/**
 * The nearly closed set of one user: L items drawn from the student's first M, in its order, then the teacher's top items
 * that are neither drawn nor among the student's first K, then padding. With `union`, the student's first K as well.
 * Reads the lists `teacherTop` and `top`, drawn before.
 */
export function drawApproximate(
  { K, L, T, M, sampleRank, countMode, cap }: ApproximateOptions,
  row: Row,
  out: Uint32Array,
  rng: Rng,
  { union }: { union: boolean },
): void {
  const order = row.student.top(M)
  const teacherTop = row.list('teacherTop')
  const drawn = out.subarray(0, L)
  if (sampleRank) {
    sampleByPosition(order, T, drawn, rng)
  } else {
    markAll(wanted, teacherTop, row.numItems)
    const top = countMode === 'paper' ? K : null
    weighPositions(order, { T, cap: cap ?? Infinity, top })
    sampleByWeight(order, logWeights, drawn, rng)
  }
  addRest(row, teacherTop, out, L, union)
}

/**
 * Log-weight (c + 1) / T of every student position t, where c counts
 * without `top`: teacher items at positions t and below, up to `cap`;
 * with `top`: teacher items strictly below t, those among the student's first `top` left out.
 */
function weighPositions(
  order: Uint32Array,
  { T, cap, top }: { T: number; cap: number; top: number | null },
): void {
  if (logWeights.length < order.length) logWeights = new Float64Array(order.length)
  const { stamps, stamp } = wanted
  let count = 0
  for (let t = order.length - 1; t >= 0; t--) {
    const isWanted = stamps[order[t]] === stamp
    if (top === null) {
      if (isWanted) count++
      logWeights[t] = (Math.min(count, cap) + 1) / T
    } else {
      logWeights[t] = (count + 1) / T
      if (isWanted && t >= top) count++
    }
  }
}

function addRest(row: Row, teacherTop: Uint32Array, out: Uint32Array, L: number, union: boolean): void {
  const top = row.list('top')
  const stamp = clearMarks(listed, row.numItems)
  const { stamps } = listed
  let place = 0
  while (place < L && out[place] !== NO_ITEM) stamps[out[place++]] = stamp
  if (union)
    for (let t = 0; t < top.length; t++) {
      if (stamps[top[t]] === stamp) continue
      stamps[top[t]] = stamp
      out[place++] = top[t]
    }
  else for (let t = 0; t < top.length; t++) stamps[top[t]] = stamp
  for (let t = 0; t < teacherTop.length; t++)
    if (stamps[teacherTop[t]] !== stamp) out[place++] = teacherTop[t]
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
