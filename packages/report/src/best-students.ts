import type { Row } from './row.ts'

/** Of each metric the student with the highest mean, the first of equals; none where one is alone. Teachers do not compete. */
export function bestStudents(rows: readonly Row[], metrics: readonly string[]): ReadonlyMap<string, Row> {
  const best = new Map<string, Row>()
  for (const key of metrics) {
    const students = rows.filter((row) => row.role !== 'teacher' && key in row.test)
    if (students.length < 2) continue
    best.set(
      key,
      students.reduce((top, row) => (row.test[key].mean > top.test[key].mean ? row : top)),
    )
  }
  return best
}
