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
  return tf.tensor2d(multiplyTransposed(matrix, y.dataSync<'float32'>(), dim), [matrix.numColumns, dim])
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
    for (let n = offsets[row]; n < offsets[row + 1]; n++) {
      const from = columns[n] * dim
      const weight = weights[n]
      for (let d = 0; d < dim; d++) out[to + d] += weight * x[from + d]
    }
  }
  return out
}

function multiplyTransposed(
  { offsets, columns, weights, numColumns }: SparseRows,
  y: Float32Array,
  dim: number,
): Float32Array {
  const out = new Float32Array(numColumns * dim)
  for (let row = 0; row + 1 < offsets.length; row++) {
    const from = row * dim
    for (let n = offsets[row]; n < offsets[row + 1]; n++) {
      const to = columns[n] * dim
      const weight = weights[n]
      for (let d = 0; d < dim; d++) out[to + d] += weight * y[from + d]
    }
  }
  return out
}
