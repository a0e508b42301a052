import * as tf from '@tensorflow/tfjs'
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

/** Name of the kernel that the gradient of a sum is made by. */
export const spreadKernelName = 'SpreadOverAxes'

/** x [outer, inner] -> the attribute `shape`, of the same numbers for all of its axes `from` to `to` - 1. */
export const spreadKernel: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as WasmBackend
  const { x } = inputs as { x: tf.TensorInfo }
  const { shape, from, to } = attrs as unknown as Spread
  const out = backend.makeOutput([...shape], 'float32')
  const [xAt, outAt] = addresses(backend, x, out)
  const parts = [shape.slice(0, from), shape.slice(from, to), shape.slice(to)].map(sizeOf)
  kernelOf(backend).kernel.spread(xAt, parts[0], parts[1], parts[2], outAt)
  return out
}

interface Spread {
  readonly shape: readonly number[]
  readonly from: number
  readonly to: number
}

/**
 * The gradient of a sum: the upstream for every element that was added. The stock one multiplies it with ones, which it
 * makes in JavaScript each time.
 */
export function sumGradient(stock: tf.GradConfig): tf.GradConfig {
  return {
    ...stock,
    gradFunc(upstream, saved, attrs) {
      const [x] = saved
      const given = (attrs as unknown as { axis: number | readonly number[] | null }).axis
      const axes = tf.util.parseAxisParam([given ?? x.shape.map((_, n) => n)].flat(), x.shape)
      const isOneRun = axes.every((axis, n) => axis === axes[0] + n)
      const isKnown = tf.getKernel(spreadKernelName, tf.getBackend()) !== undefined
      if (!isOneRun || !isKnown || axes.length === 0) return stock.gradFunc(upstream, saved, attrs)
      const spread = { shape: x.shape, from: axes[0], to: axes[0] + axes.length }
      return {
        x: () =>
          tf.engine().runKernel(spreadKernelName, { x: upstream as tf.Tensor }, { ...spread }) as tf.Tensor,
      }
    },
  }
}

/**
 * Part of a tensor. The stock kernel copies the whole one to JavaScript before.
 *
 *     out[i, j, ..] = x[begin_0 + i, begin_1 + j, ..]
 */
export const slice: Wrapped = (stock) => (call) => {
  const { x } = call.inputs as { x: tf.TensorInfo }
  if (x.dtype === 'string' || x.dtype === 'bool' || x.shape.length === 0) return stock(call)
  const { begin, size } = call.attrs as { begin: number | number[]; size: number | number[] }
  const [from, shape] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size)
  return sliced(call.backend as WasmBackend, x, from, shape)
}

/** Parts of a tensor that lie one after the other along an axis. */
export const split: Wrapped = (stock) => (call) => {
  const { x } = call.inputs as { x: tf.Tensor }
  if (x.dtype === 'string' || x.dtype === 'bool') return stock(call)
  const { numOrSizeSplits, axis } = call.attrs as { numOrSizeSplits: number | number[]; axis: number }
  const [along] = tf.util.parseAxisParam(axis, x.shape)
  let begin = 0
  return tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along).map((length) => {
    const from = x.shape.map((_, n) => (n === along ? begin : 0))
    begin += length
    return sliced(
      call.backend as WasmBackend,
      x,
      from,
      x.shape.map((size, n) => (n === along ? length : size)),
    )
  })
}

function sliced(
  backend: WasmBackend,
  x: tf.TensorInfo,
  begin: readonly number[],
  shape: readonly number[],
): tf.TensorInfo {
  tf.slice_util.assertParamsValid(x as tf.Tensor, [...begin], [...shape])
  const out = backend.makeOutput([...shape], x.dtype)
  const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)]
  if (to.length === 0) return out
  // dimensions from `whole` on are taken whole, so that they lie in one piece with the one before
  let whole = shape.length
  while (whole > 1 && shape[whole - 1] === x.shape[whole - 1]) whole--
  const inner = sizeOf(x.shape.slice(whole))
  const piece = shape[whole - 1] * inner
  for (let at = 0, n = 0; at < to.length; at += piece, n++) {
    let [rest, source, step] = [n, begin[whole - 1] * inner, x.shape[whole - 1] * inner]
    for (let axis = whole - 2; axis >= 0; axis--) {
      source += (begin[axis] + (rest % shape[axis])) * step
      rest = Math.floor(rest / shape[axis])
      step *= x.shape[axis]
    }
    to.set(from.subarray(source, source + piece), at)
  }
  return out
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
