import type * as tf from '@tensorflow/tfjs'
import type { WasmBackend } from './heap.ts'

/**
 * The same numbers under another tensor, counted by the backend as `Reshape` does. The stock kernel copies them, and the tape
 * clones whatever a gradient is to see again.
 */
export const identity: tf.KernelFunc = ({ inputs, backend }) => {
  const { x } = inputs as { x: tf.TensorInfo }
  ;(backend as WasmBackend).incRef(x.dataId)
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
}
