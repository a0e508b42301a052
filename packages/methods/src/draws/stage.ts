import type { ValueSpec } from '@recdistill/plugin'
import { fuseRankings, listAgreement, type Ranked, type Row } from '@recdistill/samplers'

export interface StageParams {
  /** Items of a teacher's list. */
  readonly K: number
  /** Of which agreement looks at the first; null: all. */
  readonly k: number | null
  /** Snapshots of each teacher. */
  readonly V: number
  /** Epochs between two looks at the student. */
  readonly p: number
  readonly alpha: number
}

/**
 * How far along each teacher's snapshots a user is: [snapshot of every teacher, distance to its next when last recorded].
 * A look every `p` epochs from epoch `p` on; the first one only records. Later, where the snapshot is not the last,
 *
 *     next = distance to the next snapshot,   threshold = alpha 0.995^floor(epoch / p)
 *     a step forward when last / next > threshold or last / next < 1;   then last = distance to the one after
 *
 * so a user moves on when the student has come closer, or goes away, and with a falling threshold at last in any case.
 */
export function stageValue(params: StageParams, teachers: number): ValueSpec {
  const { V, p, alpha } = params
  return {
    size: 2 * teachers,
    refresh: { epochs: p },
    carried: true,
    fill(row, stage) {
      const look = Math.floor(row.epoch / p)
      if (look === 0) return
      for (let t = 0; t < teachers; t++) {
        if (stage[t] >= V - 1) continue
        const ahead = () => distance(row, row.trajectories[t][Math.min(V - 1, stage[t] + 1)], params)
        const next = ahead()
        const last = stage[teachers + t]
        if (look > 1) {
          const ratio = next === 0 ? Infinity : last / next
          if (ratio <= alpha * 0.995 ** look && ratio >= 1) continue
          stage[t]++
        }
        stage[teachers + t] = look > 1 ? ahead() : next
      }
    },
  }
}

/** The first K items of a user's present snapshots, training positives left out; those of several teachers are fused. */
export function drawTarget(row: Row, K: number, out: Uint32Array): void {
  const stage = row.value('stage')
  const lists = row.trajectories.map((snapshots, t) => snapshots[stage[t]].top(K, { seen: 'skip' }))
  if (lists.length === 1) out.set(lists[0])
  else fuseRankings(lists, out)
}

/** Whether the mean snapshot, rounded to two decimals and summed over teachers, is the last one. */
export function isLast(stages: Float32Array, V: number, teachers: number): boolean {
  const users = stages.length / (2 * teachers)
  let sum = 0
  for (let t = 0; t < teachers; t++) {
    let ofTeacher = 0
    for (let n = t; n < stages.length; n += 2 * teachers) ofTeacher += stages[n]
    sum += Math.round((100 * ofTeacher) / users)
  }
  return sum >= 100 * (V - 1) * teachers
}

/** One minus the agreement of both lists, rounded to four decimals. As a 32-bit float: it is compared with one. */
function distance(row: Row, teacher: Ranked, { K, k }: StageParams): number {
  const places = k ?? K
  const student = row.student.top(places, { seen: 'skip' })
  // all K, which the target asks for as well: a longer list later would be ranked anew
  const agreement = listAgreement(student, teacher.top(K, { seen: 'skip' }), places, row.numItems)
  return Math.fround(1 - Math.round(1e4 * agreement) / 1e4)
}
