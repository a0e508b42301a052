import { InputError } from '@recdistill/core'
import type { WasmBackend } from './heap.ts'

/** What WebAssembly can address. */
const most = 2 ** 32

/**
 * Has the backend say when its memory is full. TensorFlow.js believes its allocator, which answers 0 then: tensors would lie over one
 * another at the beginning of the memory, and so be wrong, or the process would end somewhere else.
 */
export function refuseFullMemory(backend: WasmBackend): void {
  const { wasm } = backend
  wasm._free(wasm._malloc(8)) // Emscripten puts another function here at the first call
  const allocate = wasm._malloc
  wasm._malloc = (bytes) => {
    const at = bytes < most ? allocate(bytes) : 0
    if (at !== 0 || bytes === 0) return at
    throw new InputError(
      `TensorFlow.js: no memory for a tensor of ${Math.ceil(bytes / 2 ** 20)} MiB: WebAssembly holds 4 GiB of them at most; take smaller batches, lists or vectors, or RECDISTILL_DEVICE=tensorflow, which has all memory`,
    )
  }
}
