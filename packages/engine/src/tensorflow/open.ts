import { InputError } from '@recdistill/core'
import { findNodeBackends, loadBinding } from '@recdistill/tensor/node-backend'
import type { Engine } from '../engine.ts'
import { createTensorFlowEngine } from './engine.ts'

/**
 * The tensorflow driver on the best library that is here, or why there is none.
 *
 * @param gpu True wants a GPU and nothing else.
 */
export function openTensorFlow({ gpu, threads }: { gpu: boolean; threads?: number }): Engine | string {
  const { found, problems } = findNodeBackends()
  if (found.length === 0)
    return problems.length > 0
      ? problems.join('; ')
      : `no TensorFlow is here; run recdistill setup tensorflow${gpu ? ' --gpu' : ''}`
  if (gpu && found[0].flavour === 'cpu')
    return 'the TensorFlow that is here was built without GPU support; run recdistill setup tensorflow --gpu'
  const known = threads === undefined ? {} : { threads }
  const binding = loadBinding(found[0], known)
  if (gpu && !binding.isUsingGpuDevice())
    return `TensorFlow ${binding.TF_Version} sees no GPU: driver and CUDA libraries have to be those it was built for (nvidia-smi tells)`
  return createTensorFlowEngine(binding, known)
}

/** @throws InputError in place of a reason. */
export function expectEngine(device: string, opened: Engine | string): Engine {
  if (typeof opened === 'string') throw new InputError(`device ${device}: ${opened}`)
  return opened
}
