import type * as tf from '@tensorflow/tfjs'
import { addresses, type WasmBackend } from './heap.ts'
import { kernelOf } from './own-module.ts'

/** Names of the kernels, for backends that have them. */
export const layerNormKernels = { forth: 'RowsToMean0Variance1', back: 'RowsToMean0Variance1Grad' } as const

/** [.., width] -> y [.., width] and 1 / sqrt(variance + eps) [.., 1]. */
export const layerNormForth: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as WasmBackend
  const { x } = inputs as { x: tf.TensorInfo }
  const { rows, width } = rowsOf(x.shape)
  const y = backend.makeOutput(x.shape, 'float32')
  const inverse = backend.makeOutput([...x.shape.slice(0, -1), 1], 'float32')
  const [xAt, yAt, inverseAt] = addresses(backend, x, y, inverse)
  const { kernel, team } = kernelOf(backend)
  kernel.layerNorms(...team(rows * width), xAt, yAt, inverseAt, rows, width, Number(attrs?.['eps']))
  return [y, inverse]
}

/** Its pullback, from the gradient of y. */
export const layerNormBack: tf.KernelFunc = ({ inputs, backend: given }) => {
  const backend = given as WasmBackend
  const { g, y, inverse } = inputs as { g: tf.TensorInfo; y: tf.TensorInfo; inverse: tf.TensorInfo }
  const { rows, width } = rowsOf(y.shape)
  const out = backend.makeOutput(y.shape, 'float32')
  const [gAt, yAt, inverseAt, outAt] = addresses(backend, g, y, inverse, out)
  const { kernel, team } = kernelOf(backend)
  kernel.pullLayerNorms(...team(rows * width), gAt, yAt, inverseAt, outAt, rows, width)
  return out
}

function rowsOf(shape: readonly number[]): { rows: number; width: number } {
  return { rows: shape.slice(0, -1).reduce((product, n) => product * n, 1), width: shape[shape.length - 1] }
}
