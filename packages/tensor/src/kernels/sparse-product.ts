import type * as tf from '@tensorflow/tfjs'
import { addresses, type WasmBackend, zeros } from './heap.ts'
import { kernelOf } from './own-module.ts'

/** Names of the kernels, for backends that have them. */
export const sparseProductKernels = {
  forth: 'SparseRowsTimesDense',
  back: 'SparseRowsTransposedTimesDense',
} as const

/** Offsets [rows + 1], columns [entries], weights [entries], x [columns, width] -> [rows, width]. */
export const sparseProductForth: tf.KernelFunc = ({ inputs, backend: given }) => {
  const backend = given as WasmBackend
  const { offsets, columns, weights, x } = inputs as Record<string, tf.TensorInfo>
  const [rows, width] = [offsets.shape[0] - 1, x.shape[1]]
  const out = backend.makeOutput([rows, width], 'float32')
  const [offsetsAt, columnsAt, weightsAt, xAt, outAt] = addresses(backend, offsets, columns, weights, x, out)
  kernelOf(backend).kernel.sparseProduct(offsetsAt, columnsAt, weightsAt, rows, xAt, width, outAt)
  return out
}

/** The same matrix transposed: y [rows, width] -> [columns, width]. */
export const sparseProductBack: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as WasmBackend
  const { offsets, columns, weights, y } = inputs as Record<string, tf.TensorInfo>
  const [rows, width] = y.shape
  const out = zeros(backend, [Number(attrs?.['numColumns']), width])
  const [offsetsAt, columnsAt, weightsAt, yAt, outAt] = addresses(backend, offsets, columns, weights, y, out)
  kernelOf(backend).kernel.transposedProduct(offsetsAt, columnsAt, weightsAt, rows, yAt, width, outAt)
  return out
}
