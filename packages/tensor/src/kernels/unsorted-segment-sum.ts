import type * as tf from '@tensorflow/tfjs'
import { addresses, type Backend, elements, zeros } from './heap.ts'
import { kernelOf } from './own-module.ts'

/**
 * Sums rows that carry the same id: the gradient of `gather`. Absent from the wasm backend; the stock plain one takes
 * time proportional to segments times rows, this one to rows.
 *
 *     out[s] = sum over n with segmentIds[n] = s of x[n]
 *
 * Ids outside [0, numSegments) are dropped, as TensorFlow does.
 */
export const unsortedSegmentSum: tf.KernelFunc = ({ inputs, backend: given, attrs }) => {
  const backend = given as Backend
  const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo }
  const numSegments = Number(attrs?.['numSegments'])
  const inner = x.shape.slice(segmentIds.shape.length)
  const out = zeros(backend, [numSegments, ...inner])
  const width = inner.reduce((product, length) => product * length, 1)
  const ids = elements(backend, segmentIds)
  if ('typedArrayFromHeap' in backend && x.dtype === 'float32') {
    const [xAt, idsAt, outAt] = addresses(backend, x, segmentIds, out)
    kernelOf(backend).kernel.addRows(xAt, idsAt, ids.length, width, outAt, numSegments)
  } else sumRows(elements(backend, x), ids, width, elements(backend, out))
  return out
}

/** Plain twin of the kernel. */
function sumRows(
  rows: Float32Array | Int32Array,
  ids: Float32Array | Int32Array,
  width: number,
  out: Float32Array | Int32Array,
): void {
  const segments = width === 0 ? 0 : out.length / width
  for (let n = 0; n < ids.length; n++) {
    const id = ids[n]
    if (id < 0 || id >= segments) continue
    const from = n * width
    const to = id * width
    for (let d = 0; d < width; d++) out[to + d] += rows[from + d]
  }
}
