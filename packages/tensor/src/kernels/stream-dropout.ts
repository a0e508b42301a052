import type * as tf from '@tensorflow/tfjs'
import { addresses, type WasmBackend } from './heap.ts'
import { kernelOf } from './own-module.ts'

/** Name of the kernel, for backends that have it. */
export const streamDropoutName = 'StreamDropout'

/** x [rows, ..], substreams `ids` [rows], `sizes` [rows] -> x times the masks of the substreams. */
export const streamDropoutKernel: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as WasmBackend
  const { x, ids, sizes } = inputs as { x: tf.TensorInfo; ids: tf.TensorInfo; sizes: tf.TensorInfo }
  const { rate, key } = attrs as unknown as { rate: number; key: readonly [number, number] }
  const [rows, ...inner] = x.shape
  const width = inner.reduce((product, length) => product * length, 1)
  const out = backend.makeOutput(x.shape, 'float32')
  const [xAt, idsAt, sizesAt, outAt] = addresses(backend, x, ids, sizes, out)
  const { kernel, team } = kernelOf(backend)
  const limit = Math.floor(256 * rate)
  // prettier-ignore
  kernel.dropRows(
    ...team(rows * width), ...key, idsAt, sizesAt,
    limit, 256 * rate - limit, 1 / (1 - rate),
    xAt, rows, width, outAt,
  )
  return out
}
