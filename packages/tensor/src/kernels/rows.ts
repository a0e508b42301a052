import type * as tf from '@tensorflow/tfjs'
import { addresses, type WasmBackend } from './heap.ts'
import { kernelOf } from './own-module.ts'

/** Makes a kernel of the one it replaces, which serves what ours does not. */
export type Wrapped = (stock: tf.KernelFunc) => tf.KernelFunc

/**
 * Rows by their ids. The stock kernel finds out for every element anew where it lies.
 *
 *     out[n] = x[indices[n]]
 */
export const gather: Wrapped = (stock) => (call) => {
  const { x, indices } = call.inputs as { x: tf.TensorInfo; indices: tf.TensorInfo }
  const isOfRows = call.attrs?.['axis'] === 0 && !call.attrs['batchDims']
  if (!isOfRows || x.dtype === 'bool' || x.dtype === 'string' || indices.dtype !== 'int32') return stock(call)
  const backend = call.backend as WasmBackend
  const inner = x.shape.slice(1)
  const out = backend.makeOutput([...indices.shape, ...inner], x.dtype)
  const [count, width] = [sizeOf(indices.shape), sizeOf(inner)]
  const [xAt, idsAt, outAt] = addresses(backend, x, indices, out)
  const beyond = kernelOf(backend).kernel.gatherRows(xAt, x.shape[0], idsAt, count, width, outAt)
  if (beyond < 0) return out
  const id = backend.typedArrayFromHeap(indices)[beyond]
  throw new RangeError(`gather: expected ids of 0 to ${x.shape[0] - 1}, got ${id}`)
}

/**
 * Sums over leading dimensions, such as the gradient of a bias that was added to every row. The stock kernel transposes
 * first. Rows are added first to last, as there.
 *
 *     out[..] = sum over r of x[r, ..]
 */
export const sum: Wrapped = (stock) => (call) => {
  const { x } = call.inputs as { x: tf.TensorInfo }
  const { axis, keepDims } = call.attrs as { axis: number | readonly number[] | null; keepDims?: boolean }
  const axes = [axis ?? []].flat()
  const isLeading = axes.length > 0 && axes.length < x.shape.length && axes.every((axis, n) => axis === n)
  if (!isLeading || x.dtype !== 'float32') return stock(call)
  const backend = call.backend as WasmBackend
  const inner = x.shape.slice(axes.length)
  const out = backend.makeOutput([...(keepDims ? axes.map(() => 1) : []), ...inner], 'float32')
  const [xAt, outAt] = addresses(backend, x, out)
  kernelOf(backend).kernel.sumRows(xAt, sizeOf(x.shape.slice(0, axes.length)), sizeOf(inner), outAt)
  return out
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
