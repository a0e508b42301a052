import { createRequire } from 'node:module'
import { join } from 'node:path'
import { InputError } from '@recdistill/core'
import type * as TensorFlowJs from '@tensorflow/tfjs'
import { loadBinding, type NativeBinding } from './binding.ts'
import type { NodeBackend } from './find.ts'
import { loadFromPackage } from './load-package.ts'

interface PackageModule {
  readonly NodeJSKernelBackend: new (
    binding: NativeBinding,
    packageName: string,
  ) => TensorFlowJs.KernelBackend
}

const backendName = 'tensorflow'

/**
 * Makes `tensorflow` a backend of TensorFlow.js: the tape then runs on libtensorflow too. Does not switch to it.
 * @throws InputError when the library or the package cannot be loaded.
 */
export function registerNodeBackend(backend: NodeBackend, { threads }: { threads?: number } = {}): void {
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as typeof TensorFlowJs
  if (backendName in tf.engine().registryFactory) return
  const binding = loadBinding(backend, threads === undefined ? {} : { threads })
  const { NodeJSKernelBackend } = loadPackage(backend)
  tf.registerBackend(backendName, () => new NodeJSKernelBackend(binding, backend.packageName), 3)
}

function loadPackage({ packageFolder, packageName, packageVersion }: NodeBackend): PackageModule {
  try {
    const dist = join(packageFolder, 'dist')
    // One loader for both: the kernels have to ask the very backend class that is registered.
    return loadFromPackage(
      join(dist, 'nodejs_kernel_backend'),
      join(dist, 'register_all_kernels'),
    ) as PackageModule
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new InputError(`TensorFlow: ${packageName} ${packageVersion} cannot be loaded: ${reason}`, {
      cause: error,
    })
  }
}
