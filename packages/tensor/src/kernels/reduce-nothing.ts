import * as tf from '@tensorflow/tfjs'
import type { WasmBackend } from './heap.ts'
import type { Wrapped } from './rows.ts'

/** What each reduction is of no numbers: its neutral element, and of a mean NaN. */
export const ofNothing: Readonly<Record<string, number>> = {
  Sum: 0,
  Mean: NaN,
  Prod: 1,
  Max: -Infinity,
  Min: Infinity,
  All: 1,
  Any: 0,
}

/** A reduction that has a value where there is nothing to reduce. The stock kernels return what memory held before. */
export function reduceNothing(value: number): Wrapped {
  return (stock) => (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo }
    if (!x.shape.includes(0)) return stock(call)
    const { axis, reductionIndices, keepDims = false } = call.attrs as unknown as Reduction
    const given = [axis ?? reductionIndices ?? []].flat()
    const axes = tf.util.parseAxisParam(given.length > 0 ? given : x.shape.map((_, n) => n), x.shape)
    const [left] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes)
    const shape = keepDims ? tf.backend_util.expandShapeToKeepDim(left, axes) : left
    const backend = call.backend as WasmBackend
    // a mean alone has a type of its own
    const out = backend.makeOutput(shape, Number.isNaN(value) ? 'float32' : x.dtype)
    const numbers = backend.typedArrayFromHeap(out)
    numbers.fill(numbers instanceof Int32Array ? Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value)) : value)
    return out
  }
}

interface Reduction {
  readonly axis?: number | readonly number[] | null
  /** What a maximum calls its axes. */
  readonly reductionIndices?: number | readonly number[] | null
  readonly keepDims?: boolean
}
