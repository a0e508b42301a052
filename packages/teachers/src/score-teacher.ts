import { InputError } from '@recdistill/core'
import { scoredRows } from '@recdistill/backbones'
import type { Model } from '@recdistill/plugin'
import { NO_ROW, quoted, type Join } from './join-ids.ts'
import { justBelow } from './just-below.ts'

/** A dense matrix of scores of which one row is read at a time, e.g. an open `.npy` file. */
export interface ScoreMatrix {
  /** Where it is from, for errors. */
  readonly file: string
  readonly rows: number
  readonly columns: number
  /** Scores of one row. NaN and +Infinity are refused; -Infinity is "may not be recommended". [columns] */
  row(index: number): Float32Array
  close(): void
}

/**
 * A frozen teacher that looks its scores up in a matrix [users, items] that stays where it is: no more than one row is held.
 *
 * An item that the matrix does not have, or that scores -Infinity, stands behind all others of the user, just below the last of
 * them. A user that it does not have gets the mean of all users' rows, made in one pass when first asked for.
 */
export function scoreTeacher(matrix: ScoreMatrix, join: { users: Join; items: Join }): Model {
  const { rows: userRows } = join.users
  const { rows: columns } = join.items
  let mean: Float32Array | null = null
  const views = scoredRows(
    matrix.file,
    { numUsers: userRows.length, numItems: columns.length },
    {
      all(user, out) {
        const index = userRows[user]
        const row = index === NO_ROW ? (mean ??= meanRow(matrix, userRows)) : matrix.row(index)
        place(row, columns, out, matrix.file)
      },
    },
  )
  return {
    ...views,
    parameters: 0,
    rowsOf() {
      throw new InputError(
        `${matrix.file}: scores alone have no vectors; use a method that reads scores or lists, such as rce-kd, or give the vectors of the model`,
      )
    },
    dispose: () => matrix.close(),
  }
}

/** Scores in the order of the data's items, what has none just below the others. */
function place(row: Float32Array, columns: Uint32Array, out: Float32Array, file: string): void {
  let lowest = Infinity
  let without = false
  for (let item = 0; item < columns.length; item++) {
    const score = columns[item] === NO_ROW ? -Infinity : row[columns[item]]
    out[item] = score
    if (score === -Infinity) without = true
    else if (score < lowest) lowest = score
  }
  if (!without) return
  if (lowest === Infinity) lowest = 0
  const floor = justBelow(lowest)
  if (floor === -Infinity)
    throw new InputError(`${file}: holds ${quoted([String(lowest)])}, too low to rank anything behind it`)
  for (let item = 0; item < out.length; item++) if (out[item] === -Infinity) out[item] = floor
}

/** Of the rows that are joined; what may not be recommended to somebody counts where it may. */
function meanRow(matrix: ScoreMatrix, userRows: Uint32Array): Float32Array {
  const sum = new Float64Array(matrix.columns)
  const count = new Uint32Array(matrix.columns)
  for (const index of userRows) {
    if (index === NO_ROW) continue
    const row = matrix.row(index)
    for (let c = 0; c < row.length; c++)
      if (row[c] !== -Infinity) {
        sum[c] += row[c]
        count[c]++
      }
  }
  return Float32Array.from(sum, (total, c) => (count[c] === 0 ? -Infinity : total / count[c]))
}
