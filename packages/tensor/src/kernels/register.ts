import * as tf from '@tensorflow/tfjs'
import { batchMatMul } from './batch-matmul.ts'
import { identity } from './identity.ts'
import { layerNormBack, layerNormForth, layerNormKernels } from './layer-norm.ts'
import { unsortedSegmentSum } from './unsorted-segment-sum.ts'

const done = new Set<string>()

/** Adds or replaces kernels of a backend that is registered with TensorFlow.js. The second call does nothing. */
export function registerKernels(backendName: 'wasm' | 'cpu'): void {
  if (done.has(backendName)) return
  done.add(backendName)
  replace({ kernelName: 'UnsortedSegmentSum', backendName, kernelFunc: unsortedSegmentSum })
  if (backendName === 'cpu') return
  replace({ kernelName: 'BatchMatMul', backendName, kernelFunc: batchMatMul })
  replace({ kernelName: 'Identity', backendName, kernelFunc: identity })
  replace({ kernelName: layerNormKernels.forth, backendName, kernelFunc: layerNormForth })
  replace({ kernelName: layerNormKernels.back, backendName, kernelFunc: layerNormBack })
}

function replace(kernel: tf.KernelConfig): void {
  if (tf.getKernel(kernel.kernelName, kernel.backendName))
    tf.unregisterKernel(kernel.kernelName, kernel.backendName)
  tf.registerKernel(kernel)
}
