import { NO_ITEM } from '@recdistill/core'
import { clearMarks, createMarks } from './marks.ts'

const marks = createMarks()

/**
 * How much of a teacher's list stands at the top of a student's: an NDCG whose gain belongs to the student's place.
 *
 *     N = sum over t < k of [student item t is among the teacher's first k] w_t / sum over t < k of w_t
 *     w_t = (2^exp(-t / 10) - 1) / log2(t + 2)
 *
 * @param student Best first, to its end or `NO_ITEM`; where it has fewer than `k` items, as many places count.
 * @param teacher Best first.
 * @returns In [0, 1]; 0 for an empty list.
 * @see Kang et al., Distillation from Heterogeneous Models for Top-K Recommendation, WWW 2023. The order of the teacher's
 *   items plays no part, in the released code as here.
 */
export function listAgreement(
  student: Uint32Array,
  teacher: Uint32Array,
  k: number,
  numItems: number,
): number {
  const stamp = clearMarks(marks, numItems)
  for (let t = 0; t < k && t < teacher.length; t++) marks.stamps[teacher[t]] = stamp
  let shared = 0
  let total = 0
  for (let t = 0; t < k && t < student.length && student[t] !== NO_ITEM; t++) {
    const weight = weightOf(t)
    total += weight
    if (marks.stamps[student[t]] === stamp) shared += weight
  }
  return total === 0 ? 0 : shared / total
}

const weights: number[] = []

function weightOf(t: number): number {
  for (let n = weights.length; n <= t; n++) weights.push((2 ** Math.exp(-n / 10) - 1) / Math.log2(n + 2))
  return weights[t]
}
