import { NO_ITEM } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { pullScores } from './pull-scores.ts'
import { scoreLists } from './score-lists.ts'
import type { PlainTable } from './table.ts'

/** Soft cross-entropy between teacher and student over each list, with the gradient pulled to the tables. */
export function softCrossEntropy(
  user: PlainTable,
  item: PlainTable,
  rows: ListRows,
  weights: Float32Array | Float64Array,
  teacher: Float32Array,
  temperature: number,
  scale: number,
): number {
  const { users, items, k } = rows
  const scores = new Float64Array(items.length)
  scoreLists(user, item, rows, scores)
  let loss = 0
  for (let b = 0; b < users.length; b++) {
    const one = (list: Float64Array | Float32Array) => list.subarray(b * k, (b + 1) * k)
    const grad = scores.subarray(b * k, (b + 1) * k)
    loss += weights[b] * crossEntropyRow(grad, one(teacher), items.subarray(b * k, (b + 1) * k), temperature)
    for (let j = 0; j < k; j++) grad[j] *= weights[b] * scale
  }
  pullScores(user, item, rows, scores)
  return loss
}

/**
 * One row: p = softmax(teacher / temperature), q = softmax(student / temperature) over the list without padding,
 *
 *     loss = -sum p log q,   d loss / d student = (q - p) / temperature
 *
 * The gradient replaces the student's scores. An empty list has loss 0. (Spec K2; no factor temperature^2.)
 */
export function crossEntropyRow(
  student: Float64Array,
  teacher: Float32Array | Float64Array,
  items: Uint32Array,
  temperature: number,
): number {
  let topStudent = -Infinity
  let topTeacher = -Infinity
  for (let j = 0; j < items.length; j++)
    if (items[j] !== NO_ITEM) {
      topStudent = Math.max(topStudent, student[j])
      topTeacher = Math.max(topTeacher, teacher[j])
    }
  let sumStudent = 0
  let sumTeacher = 0
  for (let j = 0; j < items.length; j++)
    if (items[j] !== NO_ITEM) {
      sumStudent += Math.exp((student[j] - topStudent) / temperature)
      sumTeacher += Math.exp((teacher[j] - topTeacher) / temperature)
    }
  let loss = 0
  for (let j = 0; j < items.length; j++) {
    if (items[j] === NO_ITEM) continue
    const p = Math.exp((teacher[j] - topTeacher) / temperature) / sumTeacher
    const logQ = (student[j] - topStudent) / temperature - Math.log(sumStudent)
    loss -= p * logQ
    student[j] = (Math.exp(logQ) - p) / temperature
  }
  return loss
}
