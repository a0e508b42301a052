import { setFlagsFromString } from 'node:v8'

/** The part of the WebAssembly interface in use: Node's types leave it to the DOM library. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
  grow(pages: number): number
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { env: { memory: object } },
  ) => { readonly exports: object }
  readonly Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => SharedMemory
  validate(bytes: Uint8Array): boolean
}

export const wasm = typeof WebAssembly === 'undefined' ? null : WebAssembly

/** Whether a module runs here. Node 20 has relaxed SIMD behind a flag that works at run time. */
export function runs(bytes: Uint8Array, simd: 'relaxed' | 'simd'): boolean {
  if (wasm === null) return false
  // where it is on already nothing is touched
  if (simd === 'relaxed' && !wasm.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd')
  return wasm.validate(bytes)
}
