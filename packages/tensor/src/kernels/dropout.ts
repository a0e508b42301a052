import type * as tf from '@tensorflow/tfjs'
import { addresses, type WasmBackend } from './heap.ts'
import { kernelOf } from './own-module.ts'

/** Names of the kernels, for backends that have them. */
export const dropoutKernels = {
  dropout: 'SeededDropout',
  units: 'RectifiedUnits',
  pullUnits: 'RectifiedUnitsGrad',
} as const

/** Which places of a mask are 0: a half word below `limit` is, all others are `kept`. */
export interface Mask {
  readonly limit: number
  readonly kept: number
  readonly seed: readonly [number, number, number, number]
}

/** x times the mask. */
export const dropoutKernel: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as WasmBackend
  const { x } = inputs as { x: tf.TensorInfo }
  const out = backend.makeOutput(x.shape, 'float32')
  mask(backend, x, attrs as unknown as Mask, out)
  return out
}

/** x [rows, width], bias [1, width] or none -> max(x + bias, 0), times the mask if there is one. */
export const unitsKernel: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as WasmBackend
  const { x, bias } = inputs as { x: tf.TensorInfo; bias?: tf.TensorInfo }
  const [rows, width] = x.shape
  const out = backend.makeOutput(x.shape, 'float32')
  const [xAt, outAt, biasAt = 0] = addresses(backend, x, out, ...(bias ? [bias] : []))
  kernelOf(backend).kernel.rectify(xAt, biasAt, rows, width, outAt)
  if (attrs?.['seed']) mask(backend, out, attrs as unknown as Mask, out)
  return out
}

/** g -> g times `kept` where y is above 0. */
export const pullUnitsKernel: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as WasmBackend
  const { g, y } = inputs as { g: tf.TensorInfo; y: tf.TensorInfo }
  const out = backend.makeOutput(y.shape, 'float32')
  const [gAt, yAt, outAt] = addresses(backend, g, y, out)
  kernelOf(backend).kernel.pullUnits(gAt, yAt, y.shape[0] * y.shape[1], Number(attrs?.['kept']), outAt)
  return out
}

function mask(backend: WasmBackend, x: tf.TensorInfo, { limit, kept, seed }: Mask, out: tf.TensorInfo): void {
  const [xAt, outAt] = addresses(backend, x, out)
  const size = x.shape.reduce((product, length) => product * length, 1)
  kernelOf(backend).kernel.dropout(xAt, size, limit, kept, ...seed, outAt)
}
