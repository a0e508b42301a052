/** The part of WebAssembly that every Node has. TypeScript keeps these types with those of a browser, which Node is not. */
declare namespace WebAssembly {
  type ImportValue = ((...args: never[]) => unknown) | Global | Memory | Table | number
  type Imports = Record<string, Record<string, ImportValue>>

  class Module {
    constructor(bytes: ArrayBufferView | ArrayBufferLike)
  }
  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Record<string, unknown>
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
    /** @returns The size before, in pages of 64 KiB. */
    grow(pages: number): number
  }
  class Global<T = unknown> {
    constructor(descriptor: { value: string; mutable?: boolean }, value?: T)
    value: T
  }
  class Table {
    constructor(descriptor: { element: string; initial: number; maximum?: number })
    readonly length: number
  }
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: ArrayBufferView | ArrayBufferLike): boolean
  function compile(bytes: ArrayBufferView | ArrayBufferLike): Promise<Module>
}
