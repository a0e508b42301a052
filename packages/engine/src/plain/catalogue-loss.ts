import { crossEntropyRow } from './soft-cross-entropy.ts'
import { pullScores } from './pull-scores.ts'
import { scoreLists } from './score-lists.ts'
import type { PlainTable } from './table.ts'

/** Soft cross-entropy between two models over all items, a user at a time; see `Engine`. In double precision. */
export function catalogueCrossEntropy(
  user: PlainTable,
  item: PlainTable,
  teacherUser: PlainTable,
  teacherItem: PlainTable,
  users: Uint32Array,
  weights: Float32Array,
  temperature: number,
  scale: number,
): number {
  const items = Uint32Array.from({ length: item.rows }, (_, id) => id)
  const student = new Float64Array(items.length)
  const teacher = new Float64Array(items.length)
  let loss = 0
  users.forEach((id, row) => {
    const list = { users: Uint32Array.of(id), items, k: items.length }
    scoreLists(user, item, list, student)
    scoreLists(teacherUser, teacherItem, list, teacher)
    loss += weights[row] * crossEntropyRow(student, teacher, items, temperature)
    for (let j = 0; j < student.length; j++) student[j] *= weights[row] * scale
    pullScores(user, item, list, student)
  })
  return loss
}
