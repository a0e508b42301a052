import * as tf from '@tensorflow/tfjs'
import { addresses, type WasmBackend } from './heap.ts'
import { kernelOf } from './own-module.ts'

/**
 * Matrix products of the wasm backend, fast whatever is transposed and however many small ones there are: the stock
 * kernel is fast for one product of two untransposed matrices, and gradients of products are transposed.
 *
 *     out[.., m, n] = sum over k of a[.., m, k] b[.., k, n]
 *
 * Leading dimensions broadcast. The work is done by our own SIMD module on the memory of the backend.
 */
export const batchMatMul: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as WasmBackend
  const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo }
  if (a.dtype !== 'float32' || b.dtype !== 'float32')
    throw new TypeError(`matMul: expected float32 matrices, got ${a.dtype} and ${b.dtype}`)
  const left = matrixOf(a.shape, Boolean(attrs?.['transposeA']))
  const right = matrixOf(b.shape, Boolean(attrs?.['transposeB']))
  if (left.columns !== right.rows)
    throw new RangeError(
      `matMul: inner sizes differ: ${left.columns} of [${a.shape.join(', ')}] and ${right.rows} of [${b.shape.join(', ')}]`,
    )
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(left.batch, right.batch)
  const [m, k, n] = [left.rows, left.columns, right.columns]
  const out = backend.makeOutput([...batch, m, n], 'float32')
  if (k === 0) backend.typedArrayFromHeap(out).fill(0)
  if (k === 0 || m === 0 || n === 0) return out
  const { kernel, team } = kernelOf(backend)
  const [aAt, bAt, outAt] = addresses(backend, a, b, out)
  const multiply = (count: number, aAt: number, aStep: number, bAt: number, bStep: number, outAt: number) =>
    // prettier-ignore
    kernel.products(
      ...team(count * m * k * n), count,
      aAt, aStep, left.rowStep, left.columnStep,
      bAt, bStep, right.rowStep, right.columnStep,
      outAt, m, k, n,
    )
  const [aStep, bStep] = [stepOf(left.batch, batch, m * k), stepOf(right.batch, batch, k * n)]
  if (aStep !== null && bStep !== null) {
    multiply(sizeOf(batch), aAt, aStep, bAt, bStep, outAt)
    return out
  }
  const aIndex = broadcastIndex(left.batch, batch)
  const bIndex = broadcastIndex(right.batch, batch)
  for (let index = 0; index < aIndex.length; index++)
    multiply(
      1,
      aAt + aIndex[index] * m * k * 4,
      0,
      bAt + bIndex[index] * k * n * 4,
      0,
      outAt + index * m * n * 4,
    )
  return out
}

/** The same distance between all matrices of an operand, or null where it is not one. */
function stepOf(from: readonly number[], to: readonly number[], size: number): number | null {
  if (sizeOf(from) === 1) return 0
  return sizeOf(from) === sizeOf(to) ? size : null
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** The last two dimensions as they enter the product, with their distances in elements. */
function matrixOf(shape: readonly number[], transposed: boolean) {
  const [lines, width] = shape.slice(-2)
  const batch = shape.slice(0, -2)
  return transposed
    ? { batch, rows: width, columns: lines, rowStep: 1, columnStep: width }
    : { batch, rows: lines, columns: width, rowStep: width, columnStep: 1 }
}

/** For each matrix of the output, in row-major order, which matrix of the operand it reads. */
function broadcastIndex(from: readonly number[], to: readonly number[]): number[] {
  let index = [0]
  const missing = to.length - from.length
  to.forEach((size, dimension) => {
    const own = dimension < missing ? 1 : from[dimension - missing]
    index = index.flatMap((at) => Array.from({ length: size }, (_, n) => (own === 1 ? at : at * own + n)))
  })
  return index
}
