import * as tf from '@tensorflow/tfjs'
import { batchMatMul } from './batch-matmul.ts'
import { dropoutKernel, dropoutKernels, pullUnitsKernel, unitsKernel } from './dropout.ts'
import { gumbelKernel, gumbelKernelName } from './gumbel.ts'
import { identity } from './identity.ts'
import { layerNormBack, layerNormForth, layerNormKernels } from './layer-norm.ts'
import { ofNothing, reduceNothing } from './reduce-nothing.ts'
import {
  gather,
  slice,
  spreadKernel,
  spreadKernelName,
  split,
  sum,
  sumGradient,
  type Wrapped,
} from './rows.ts'
import { sparseProductBack, sparseProductForth, sparseProductKernels } from './sparse-product.ts'
import { streamDropoutKernel, streamDropoutName } from './stream-dropout.ts'
import { unsortedSegmentSum } from './unsorted-segment-sum.ts'

const done = new Set<string>()

/** Adds or replaces kernels of a backend that is registered with TensorFlow.js. The second call does nothing. */
export function registerKernels(backendName: 'wasm' | 'cpu'): void {
  if (done.has(backendName)) return
  done.add(backendName)
  const register = (kernelName: string, kernelFunc: tf.KernelFunc) => wrap(kernelName, () => kernelFunc)
  const wrap = (kernelName: string, around: Wrapped) => {
    const stock = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined
    if (stock) tf.unregisterKernel(kernelName, backendName)
    const kernelFunc = around(stock?.kernelFunc ?? missing)
    tf.registerKernel({ ...stock, kernelName, backendName, kernelFunc }) // the stock one may still have to be set up
  }
  register('UnsortedSegmentSum', unsortedSegmentSum)
  if (backendName === 'cpu') return
  register('BatchMatMul', batchMatMul)
  register('Identity', identity)
  wrap('GatherV2', gather)
  wrap('Sum', sum)
  for (const [name, value] of Object.entries(ofNothing)) wrap(name, reduceNothing(value))
  wrap('Slice', slice)
  wrap('SplitV', split)
  register(spreadKernelName, spreadKernel)
  const ofSum = tf.getGradient('Sum')
  tf.unregisterGradient('Sum')
  tf.registerGradient(sumGradient(ofSum))
  register(layerNormKernels.forth, layerNormForth)
  register(layerNormKernels.back, layerNormBack)
  register(sparseProductKernels.forth, sparseProductForth)
  register(sparseProductKernels.back, sparseProductBack)
  register(gumbelKernelName, gumbelKernel)
  register(streamDropoutName, streamDropoutKernel)
  register(dropoutKernels.dropout, dropoutKernel)
  register(dropoutKernels.units, unitsKernel)
  register(dropoutKernels.pullUnits, pullUnitsKernel)
}

function missing(): never {
  throw new Error('tensor: there is no kernel to fall back on')
}
