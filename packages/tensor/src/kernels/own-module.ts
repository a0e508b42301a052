import { setFlagsFromString } from 'node:v8'
import type { WasmBackend } from './heap.ts'
import { relaxedModule, simdModule } from './modules.ts'

// The part of the global that is used here: its types come with the DOM's otherwise.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
  validate(bytes: Uint8Array): boolean
}

/** What `assembly/kernels.ts` exports. Addresses are bytes, distances elements. */
interface Kernel {
  readonly SCRATCH: { readonly value: number }
  // prettier-ignore
  matmul(
    a: number, aRow: number, aColumn: number,
    b: number, bRow: number, bColumn: number,
    out: number, m: number, k: number, n: number,
    scratch: number,
  ): void
  layerNorm(x: number, y: number, inverse: number, rows: number, width: number, eps: number): void
  pullLayerNorm(g: number, y: number, inverse: number, out: number, rows: number, width: number): void
  gatherRows(x: number, rows: number, ids: number, count: number, width: number, out: number): number
  addRows(x: number, ids: number, count: number, width: number, out: number, rows: number): void
  sumRows(x: number, rows: number, width: number, out: number): void
  spread(x: number, outer: number, middle: number, inner: number, out: number): void
  // prettier-ignore
  sparseProduct(offsets: number, columns: number, weights: number, rows: number, x: number, width: number, out: number): void
  // prettier-ignore
  transposedProduct(offsets: number, columns: number, weights: number, rows: number, y: number, width: number, out: number): void
  gumbel(key0: number, key1: number, ids: number, rows: number, width: number, out: number): void
  rectify(x: number, bias: number, rows: number, width: number, out: number): void
  pullUnits(g: number, y: number, size: number, kept: number, out: number): void
  // prettier-ignore
  dropout(x: number, size: number, limit: number, kept: number, a: number, b: number, c: number, d: number, out: number): void
}

const kernels = new WeakMap<WasmBackend, { readonly kernel: Kernel; readonly scratch: number }>()

/** Our own module on the memory of a backend, and memory for its products. */
export function kernelOf(backend: WasmBackend): { readonly kernel: Kernel; readonly scratch: number } {
  const known = kernels.get(backend)
  if (known) return known
  const { exports } = new WebAssembly.Instance(moduleOf(), { env: { memory: backend.wasm.asm.memory } })
  const kernel = exports as unknown as Kernel
  const made = { kernel, scratch: backend.wasm._malloc(kernel.SCRATCH.value * 4) }
  kernels.set(backend, made)
  return made
}

/** Products and sums fused where the runtime can: Node 20 has that behind a flag that works at run time. */
function moduleOf(): object {
  const relaxed = Buffer.from(relaxedModule, 'base64')
  if (!WebAssembly.validate(relaxed)) setFlagsFromString('--experimental-wasm-relaxed-simd')
  const bytes = WebAssembly.validate(relaxed) ? relaxed : Buffer.from(simdModule, 'base64')
  return new WebAssembly.Module(bytes)
}
