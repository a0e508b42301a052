import { createRequire } from 'node:module'
import { InputError } from '@recdistill/core'
import type { NodeBackend } from './find.ts'

export interface OpAttribute {
  readonly name: string
  readonly type: number
  readonly value: boolean | number | string | readonly number[]
}

export type DeviceValues = Float32Array | Int32Array | Uint8Array

/** The native addon of tfjs-node: a thin layer over the C API of eager TensorFlow. Tensors are numbers. */
export interface NativeBinding {
  /** The tensor may read `values` for as long as it lives: hand over what nobody writes to. */
  createTensor(shape: readonly number[], dtype: number, values: DeviceValues): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): DeviceValues
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly { readonly id: number; readonly shape: readonly number[]; readonly dtype: number }[]
  getNumOfTensors(): number
  isUsingGpuDevice(): boolean
  readonly TF_Version: string
}

let loaded: { readonly path: string; readonly binding: NativeBinding } | null = null

/**
 * Loads libtensorflow through its binding, once a process.
 * @param threads For operations on the processor; TensorFlow takes all cores otherwise, and keeps what the first call said.
 * @throws InputError when it cannot be loaded, or when another one is.
 */
export function loadBinding(
  { binding: path, flavour }: Pick<NodeBackend, 'binding' | 'flavour'>,
  { threads }: { threads?: number } = {},
): NativeBinding {
  if (loaded?.path === path) return loaded.binding
  if (loaded)
    throw new InputError(
      `TensorFlow: ${loaded.path} is loaded in this process; ${path} needs a process of its own`,
    )
  prepareEnvironment(threads)
  let exports: unknown
  try {
    exports = createRequire(import.meta.url)(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new InputError(
      `TensorFlow: ${path} cannot be loaded: ${reason}; run recdistill setup tensorflow${flavour === 'gpu' ? ' --gpu' : ''}`,
      { cause: error },
    )
  }
  if (!isBinding(exports)) throw new InputError(`TensorFlow: ${path} is not the binding of tfjs-node`)
  loaded = { path, binding: exports }
  return exports
}

/** Read by the library when it starts; what the person has set stays. */
function prepareEnvironment(threads: number | undefined): void {
  const { env } = process
  env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  // Take GPU memory as it is needed, not all of it.
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  // Products of 32-bit floats, not of 19-bit ones: the results have to be those of the cpu driver.
  env.NVIDIA_TF32_OVERRIDE ??= '0'
  if (threads !== undefined) env.TF_NUM_INTRAOP_THREADS ??= String(threads)
}

function isBinding(value: unknown): value is NativeBinding {
  if (typeof value !== 'object' || value === null) return false
  const { executeOp, createTensor, TF_Version } = value as Partial<NativeBinding>
  return (
    typeof executeOp === 'function' && typeof createTensor === 'function' && typeof TF_Version === 'string'
  )
}
