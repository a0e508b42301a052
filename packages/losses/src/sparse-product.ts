import { type Tensor2D, tf, withGradient } from '@recdistill/tensor'

/** A sparse matrix by rows: row r has `weights[n]` in column `columns[n]` for n of `offsets[r]` to `offsets[r + 1]` - 1. */
export interface SparseRows {
  readonly offsets: Uint32Array // [rows + 1]
  readonly columns: Uint32Array // [entries]
  readonly weights: Float32Array // [entries]
  readonly numColumns: number
}

/**
 * A sparse matrix of constants times a dense one.
 *
 *     out = M x        d loss / d x = M' d loss / d out
 *
 * Plain loops over the entries: TensorFlow.js has no such product, and a dense M would be the square of a catalogue.
 *
 * @param x [numColumns, dim]
 * @returns [rows, dim]
 * @throws RangeError when x has not as many rows as M has columns.
 */
export function sparseProduct(matrix: SparseRows, x: Tensor2D): Tensor2D {
  const [columns, dim] = x.shape
  if (columns !== matrix.numColumns)
    throw new RangeError(
      `sparseProduct: the matrix has ${matrix.numColumns} columns but x is [${x.shape.join(', ')}]; they must agree`,
    )
  const rows = matrix.offsets.length - 1
  return withGradient<Tensor2D>([x], () => ({
    value: tf.tensor2d(multiply(matrix, x.dataSync<'float32'>(), dim), [rows, dim]),
    gradient: (upstream) => [transposedProduct(matrix, upstream)],
  }))
}

/** M' y, without a gradient. [rows, dim] -> [numColumns, dim] */
export function transposedProduct(matrix: SparseRows, y: Tensor2D): Tensor2D {
  const dim = y.shape[1]
  return tf.tensor2d(multiply(transposed(matrix), y.dataSync<'float32'>(), dim), [matrix.numColumns, dim])
}

/**
 * The same matrix without columns that hold nothing.
 * @returns `columns` says which columns of `matrix` are left, in the order they first occur.
 */
export function withoutEmptyColumns(matrix: SparseRows): { matrix: SparseRows; columns: Int32Array } {
  const places = new Uint32Array(matrix.numColumns)
  const kept: number[] = []
  const columns = matrix.columns.map((column) => {
    if (places[column] === 0) places[column] = kept.push(column)
    return places[column] - 1
  })
  return { matrix: { ...matrix, columns, numColumns: kept.length }, columns: Int32Array.from(kept) }
}

function multiply({ offsets, columns, weights }: SparseRows, x: Float32Array, dim: number): Float32Array {
  const out = new Float32Array((offsets.length - 1) * dim)
  for (let row = 0; row + 1 < offsets.length; row++) {
    const to = row * dim
    const end = offsets[row + 1]
    let n = offsets[row]
    // four rows at a time, so that the sum is not written in between
    for (; n + 4 <= end; n += 4) {
      const [a, b, c, d] = [
        columns[n] * dim,
        columns[n + 1] * dim,
        columns[n + 2] * dim,
        columns[n + 3] * dim,
      ]
      const [w0, w1, w2, w3] = [weights[n], weights[n + 1], weights[n + 2], weights[n + 3]]
      for (let i = 0; i < dim; i++)
        out[to + i] += w0 * x[a + i] + w1 * x[b + i] + w2 * x[c + i] + w3 * x[d + i]
    }
    for (; n < end; n++) {
      const from = columns[n] * dim
      const weight = weights[n]
      for (let i = 0; i < dim; i++) out[to + i] += weight * x[from + i]
    }
  }
  return out
}

/** The same entries by columns. Made once for a matrix: its gradient is asked for by every network that it filters. */
function transposed(matrix: SparseRows): SparseRows {
  const known = transposes.get(matrix)
  if (known) return known
  const { offsets, columns, weights, numColumns } = matrix
  const ends = new Uint32Array(numColumns + 1)
  for (const column of columns) ends[column + 1]++
  for (let column = 0; column < numColumns; column++) ends[column + 1] += ends[column]
  const next = ends.slice()
  const back = { columns: new Uint32Array(columns.length), weights: new Float32Array(columns.length) }
  for (let row = 0; row + 1 < offsets.length; row++)
    for (let n = offsets[row]; n < offsets[row + 1]; n++) {
      const place = next[columns[n]]++
      back.columns[place] = row
      back.weights[place] = weights[n]
    }
  const made = { offsets: ends, ...back, numColumns: offsets.length - 1 }
  transposes.set(matrix, made)
  return made
}

const transposes = new WeakMap<SparseRows, SparseRows>()
