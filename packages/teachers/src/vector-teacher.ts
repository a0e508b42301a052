import { InputError } from '@recdistill/core'
import { fromEmbeddings } from '@recdistill/backbones'
import type { Engine } from '@recdistill/engine'
import type { Model } from '@recdistill/plugin'
import { NO_ROW, type Join } from './join-ids.ts'

/** One tower of a model: a vector for each row of a file, and what is added to its scores. */
export interface Tower {
  /** Where they are from, for errors. */
  readonly file: string
  readonly dim: number
  readonly values: Float32Array // [rows, dim]
  /** Added to every score of the row; null where there is none. [rows] */
  readonly bias: Float32Array | null
}

/**
 * A frozen teacher whose score is the dot product of two vectors, plus biases where there are any.
 *
 *     score(u, i) = u . i + bias(u) + bias(i)
 *
 * An item without a vector stands behind all others for every user; where vectors themselves are compared it is the mean item.
 * A user without a vector is the mean user, so his scores are the means of all users' scores. Biases and missing items are held
 * in further columns of the tables, so that every kernel serves them; `dim` and `rowsOf` tell of the vectors alone, `scoringRowsOf` of all.
 * @throws InputError when the two sides have vectors of different lengths, or biases do not fit them.
 */
export function vectorTeacher(
  engine: Engine,
  { users, items }: { users: Tower; items: Tower },
  join: { users: Join; items: Join },
): Model {
  const { dim } = users
  if (items.dim !== dim)
    throw new InputError(
      `${items.file}: vectors of items have ${items.dim} numbers, those of users (${users.file}) have ${dim}; both must be of one model`,
    )
  for (const { file, bias, values } of [users, items])
    if (bias !== null && bias.length * dim !== values.length)
      throw new InputError(`${file}: ${bias.length} biases for ${values.length / dim} vectors; one for each`)

  const hidden = join.items.missing.count > 0
  const extra = (items.bias ? 1 : 0) + (users.bias ? 1 : 0) + (hidden ? 1 : 0)
  const userSide = placed(users, join.users, extra)
  const itemSide = placed(items, join.items, extra)
  let column = dim
  if (items.bias) addColumn(column++, [userSide, () => 1], [itemSide, itemSide.biasOf])
  if (users.bias) addColumn(column++, [userSide, userSide.biasOf], [itemSide, () => 1])
  if (hidden) {
    // More than twice what any score can reach: whatever the rest says, the sum is below every known item's.
    const behind = -(2.01 * longest(userSide) * longest(itemSide) + 1)
    const isMissing = (item: number) => join.items.rows[item] === NO_ROW
    addColumn(column, [userSide, () => 1], [itemSide, (item) => (isMissing(item) ? behind : 0)])
  }
  const wide = dim + extra
  const model = fromEmbeddings(engine, { users: userSide.table, items: itemSide.table, dim: wide })
  if (extra === 0) return model
  const { rowsOf } = model
  const biases = (users.bias ? model.numUsers : 0) + (items.bias ? model.numItems : 0)
  // In place: the engine's kernels know a model by this very object.
  return Object.assign(model, {
    dim,
    parameters: (model.numUsers + model.numItems) * dim + biases,
    scoringRowsOf: rowsOf,
    rowsOf(of: 'users' | 'items', ids: Uint32Array) {
      const rows = rowsOf(of, ids)
      const out = new Float32Array(ids.length * dim)
      for (let n = 0; n < ids.length; n++) out.set(rows.subarray(n * wide, n * wide + dim), n * dim)
      return out
    },
  })
}

interface Placed {
  /** [ids, dim + extra]; further columns are zero. */
  readonly table: Float32Array
  readonly width: number
  biasOf(id: number): number
}

/** Rows in the order of the data's ids, the mean row where there is none. */
function placed({ values, dim, bias }: Tower, { rows }: Join, extra: number): Placed {
  const width = dim + extra
  const table = new Float32Array(rows.length * width)
  const mean = rows.includes(NO_ROW) ? meanRow(values, dim, rows) : new Float32Array(dim)
  const meanBias = bias && rows.includes(NO_ROW) ? meanRow(bias, 1, rows)[0] : 0
  for (let id = 0; id < rows.length; id++) {
    const row = rows[id]
    table.set(row === NO_ROW ? mean : values.subarray(row * dim, (row + 1) * dim), id * width)
  }
  return {
    table,
    width,
    biasOf: (id) => (rows[id] === NO_ROW ? meanBias : (bias?.[rows[id]] ?? 0)),
  }
}

/** Of the rows that are joined. */
function meanRow(values: Float32Array, dim: number, rows: Uint32Array): Float32Array {
  const sum = new Float64Array(dim)
  let count = 0
  for (const row of rows) {
    if (row === NO_ROW) continue
    for (let d = 0; d < dim; d++) sum[d] += values[row * dim + d]
    count++
  }
  return Float32Array.from(sum, (value) => value / Math.max(1, count))
}

function addColumn(column: number, ...sides: (readonly [Placed, (id: number) => number])[]): void {
  for (const [{ table, width }, valueOf] of sides)
    for (let id = 0; id * width < table.length; id++) table[id * width + column] = valueOf(id)
}

/** Length of the longest row. */
function longest({ table, width }: Placed): number {
  let most = 0
  for (let start = 0; start < table.length; start += width) {
    let squares = 0
    for (let d = 0; d < width; d++) squares += table[start + d] ** 2
    most = Math.max(most, squares)
  }
  return Math.sqrt(most)
}
