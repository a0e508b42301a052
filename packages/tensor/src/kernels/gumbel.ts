import type * as tf from '@tensorflow/tfjs'
import { addresses, type WasmBackend } from './heap.ts'
import { kernelOf } from './own-module.ts'

/** Name of the kernel, for backends that have it. */
export const gumbelKernelName = 'GumbelOfStream'

export interface GumbelAttributes {
  readonly key: readonly [number, number]
  readonly shape: readonly [rows: number, width: number]
}

/** Substreams `ids` [rows], or none for substream 0 throughout -> [rows, width]. */
export const gumbelKernel: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as WasmBackend
  const { key, shape } = attrs as unknown as GumbelAttributes
  const { ids } = inputs as { ids?: tf.TensorInfo }
  const out = backend.makeOutput([...shape], 'float32')
  const [outAt, idsAt = 0] = addresses(backend, out, ...(ids ? [ids] : []))
  const { kernel, scratch } = kernelOf(backend)
  kernel.gumbel(...key, idsAt, ...shape, outAt, scratch)
  return out
}
