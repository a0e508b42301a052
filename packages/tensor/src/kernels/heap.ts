import * as tf from '@tensorflow/tfjs'

/** What our kernels use of `BackendWasm`. Its own declarations reach through packages that are not installed here. */
export interface WasmBackend {
  /** The Emscripten module: its memory and its allocator. */
  readonly wasm: {
    readonly asm: { readonly memory: object }
    _malloc(bytes: number): number
    _free(address: number): void
  }
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } }
  /** One tensor more holds these numbers. */
  incRef(dataId: object): void
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo
}

/** Where tensors lie, in bytes; the same for as long as they live. */
export function addresses(backend: WasmBackend, ...tensors: tf.TensorInfo[]): number[] {
  return tensors.map(({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset)
}

export interface CpuBackend {
  readonly data: { get(dataId: object): { readonly values: Float32Array | Int32Array } }
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array | Int32Array): tf.TensorInfo
}

export type Backend = WasmBackend | CpuBackend

/** The elements of a tensor, in place. A wasm view is valid until the next output is made: growing memory detaches it. */
export function elements(backend: Backend, tensor: tf.TensorInfo): Float32Array | Int32Array {
  return 'typedArrayFromHeap' in backend
    ? backend.typedArrayFromHeap(tensor)
    : backend.data.get(tensor.dataId).values
}

/** The numbers of a tensor, for whoever reads them at once: on the wasm backend a view instead of a copy. */
export function numbersOf(tensor: tf.Tensor): Float32Array {
  const backend = tf.backend() as unknown as Backend
  return 'typedArrayFromHeap' in backend
    ? (backend.typedArrayFromHeap(tensor) as Float32Array)
    : tensor.dataSync<'float32'>()
}

/** A fresh float tensor of zeros. */
export function zeros(backend: Backend, shape: number[]): tf.TensorInfo {
  if (!('typedArrayFromHeap' in backend)) {
    const size = shape.reduce((product, length) => product * length, 1)
    return backend.makeTensorInfo(shape, 'float32', new Float32Array(size))
  }
  const out = backend.makeOutput(shape, 'float32')
  backend.typedArrayFromHeap(out).fill(0)
  return out
}
