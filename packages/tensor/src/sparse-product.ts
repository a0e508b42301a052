import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { sparseProductKernels } from './kernels/sparse-product.ts'
import { withGradient } from './with-gradient.ts'

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
 * TensorFlow.js has no such product, and a dense M would be the square of a catalogue. Kernels of our own on the wasm
 * backend, plain loops elsewhere.
 *
 * @param x [numColumns, dim]
 * @returns [rows, dim]
 * @throws RangeError when x has not as many rows as M has columns.
 */
export function sparseProduct(matrix: SparseRows, x: Tensor2D): Tensor2D {
  if (x.shape[0] !== matrix.numColumns)
    throw new RangeError(
      `sparseProduct: the matrix has ${matrix.numColumns} columns but x is [${x.shape.join(', ')}]; they must agree`,
    )
  const own = tf.getKernel(sparseProductKernels.forth, tf.getBackend()) !== undefined
  return withGradient<Tensor2D>([x], () => ({
    value: own ? forthByKernel(matrix, x) : forthPlainly(matrix, x),
    gradient: (y) => [own ? backByKernel(matrix, y) : backPlainly(matrix, y)],
  }))
}

function forthByKernel(matrix: SparseRows, x: Tensor2D): Tensor2D {
  return tf.tidy(
    () => tf.engine().runKernel(sparseProductKernels.forth, { ...tensorsOf(matrix), x }) as Tensor2D,
  )
}

function backByKernel(matrix: SparseRows, y: Tensor2D): Tensor2D {
  const { numColumns } = matrix
  return tf
    .engine()
    .runKernel(sparseProductKernels.back, { ...tensorsOf(matrix), y }, { numColumns }) as Tensor2D
}

function tensorsOf({
  offsets,
  columns,
  weights,
}: SparseRows): Record<'offsets' | 'columns' | 'weights', Tensor> {
  return { offsets: ids(offsets), columns: ids(columns), weights: tf.tensor1d(weights) }
}

/** The same words: the backend knows no unsigned ones. */
function ids({ buffer, byteOffset, length }: Uint32Array): Tensor {
  return tf.tensor1d(new Int32Array(buffer, byteOffset, length), 'int32')
}

function forthPlainly({ offsets, columns, weights }: SparseRows, x: Tensor2D): Tensor2D {
  const [rows, dim] = [offsets.length - 1, x.shape[1]]
  const [from, out] = [x.dataSync<'float32'>(), new Float32Array(rows * dim)]
  for (let row = 0; row < rows; row++)
    for (let n = offsets[row]; n < offsets[row + 1]; n++)
      for (let i = 0; i < dim; i++) out[row * dim + i] += weights[n] * from[columns[n] * dim + i]
  return tf.tensor2d(out, [rows, dim])
}

function backPlainly({ offsets, columns, weights, numColumns }: SparseRows, y: Tensor2D): Tensor2D {
  const [rows, dim] = y.shape
  const [from, out] = [y.dataSync<'float32'>(), new Float32Array(numColumns * dim)]
  for (let row = 0; row < rows; row++)
    for (let n = offsets[row]; n < offsets[row + 1]; n++)
      for (let i = 0; i < dim; i++) out[columns[n] * dim + i] += weights[n] * from[row * dim + i]
  return tf.tensor2d(out, [numColumns, dim])
}
