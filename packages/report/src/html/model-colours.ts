import type { Row } from '../row.ts'

/** How a model looks in every plot and table: teachers in ink, scratch in grey, the others in turn. */
export interface Look {
  readonly colour: string
  /** For the ninth model on, whose colours repeat. */
  readonly dash: string | null
}

export function modelColours(rows: readonly Row[]): ReadonlyMap<Row, Look> {
  const looks = new Map<Row, Look>()
  let next = 0
  for (const row of rows) {
    if (row.role === 'teacher') looks.set(row, { colour: 'var(--ink)', dash: '7 3' })
    else if (row.role === 'scratch') looks.set(row, { colour: 'var(--soft)', dash: null })
    else {
      const round = Math.floor(next / 8)
      looks.set(row, { colour: `var(--model-${next % 8})`, dash: round === 0 ? null : `${2 + round * 3} 3` })
      next++
    }
  }
  return looks
}
