/** The part of the WebAssembly interface in use: Node's types leave it to the DOM library. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
  grow(pages: number): number
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { env: { memory: SharedMemory } },
  ) => { readonly exports: object }
  readonly Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => SharedMemory
  validate(bytes: Uint8Array): boolean
}

export const wasm = typeof WebAssembly === 'undefined' ? null : WebAssembly
