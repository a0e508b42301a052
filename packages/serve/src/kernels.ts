import { ServeError } from './errors.ts'
import { relaxed, simd } from './kernel-modules.ts'

/** The bundle's own view of the outside world of WebAssembly: types of it come with browsers, not with the language. */
export interface Kernels {
  readonly memory: WebAssembly.Memory
  readonly simd: 'relaxed' | 'simd'
  readonly scan: Record<'f32' | 'f16' | 'int8', Scan>
}

export type Scan = (
  query: number,
  dim: number,
  items: number,
  scales: number,
  factor: number,
  from: number,
  to: number,
  threshold: number,
  places: number,
  scores: number,
) => number

export interface KernelOptions {
  /** Which kernels score; `auto` takes the fastest that this runtime has. */
  readonly simd?: 'auto' | 'relaxed' | 'simd' | 'none'
  /**
   * A WebAssembly.Module of `@recdistill/serve/relaxed.wasm` or `simd.wasm`, for runtimes that do not let programs compile, such as
   * Cloudflare Workers. Without it plain code scores there.
   */
  readonly module?: object
}

/** Kernels with a memory of their own, or null where plain code is to score. */
export async function openKernels({ simd: kind = 'auto', module }: KernelOptions): Promise<Kernels | null> {
  if (!['auto', 'relaxed', 'simd', 'none'].includes(kind))
    throw new ServeError('option', `load.simd: expected auto, relaxed, simd or none, got ${String(kind)}`)
  if (kind === 'none') return null
  if (module !== undefined) return instantiate(module as WebAssembly.Module)
  for (const each of kind === 'auto' ? (['relaxed', 'simd'] as const) : [kind]) {
    const compiled = await compile(each)
    try {
      if (compiled) return instantiate(compiled)
    } catch (error) {
      // no room for another memory
      if (kind !== 'auto') throw error
    }
  }
  if (kind === 'auto') return null
  throw new ServeError('option', `load.simd: this runtime cannot run ${kind}; leave it at auto, or take none`)
}

const compiled = new Map<string, Promise<WebAssembly.Module | null>>()

/** Once a program. */
function compile(kind: 'relaxed' | 'simd'): Promise<WebAssembly.Module | null> {
  if (!compiled.has(kind)) compiled.set(kind, compileAnew(kind))
  return compiled.get(kind)!
}

async function compileAnew(kind: 'relaxed' | 'simd'): Promise<WebAssembly.Module | null> {
  if (typeof WebAssembly === 'undefined') return null
  const bytes = Uint8Array.from(atob(kind === 'relaxed' ? relaxed : simd), (char) => char.charCodeAt(0))
  if (kind === 'relaxed' && !WebAssembly.validate(bytes)) allowRelaxed()
  if (!WebAssembly.validate(bytes)) return null
  // a page or a worker may forbid it
  return WebAssembly.compile(bytes).catch(() => null)
}

/** Node 20 has relaxed SIMD behind a flag that works at run time, as the engine that trains uses it. */
function allowRelaxed(): void {
  interface Node {
    readonly versions?: { readonly bun?: string }
    getBuiltinModule?(name: string): { setFlagsFromString?(flag: string): void } | undefined
  }
  const { process } = globalThis as { process?: Node }
  if (process?.versions?.bun !== undefined) return
  try {
    process?.getBuiltinModule?.('v8')?.setFlagsFromString?.('--experimental-wasm-relaxed-simd')
  } catch {
    // a runtime that is like Node but not in this
  }
}

function instantiate(module: WebAssembly.Module): Kernels {
  const memory = new WebAssembly.Memory({ initial: 1 })
  try {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } })
    const {
      scanF32,
      scanF16,
      scanInt8,
      relaxed: isRelaxed,
    } = exports as unknown as {
      scanF32: Scan
      scanF16: Scan
      scanInt8: Scan
      relaxed: { readonly value: number }
    }
    return {
      memory,
      simd: isRelaxed.value ? 'relaxed' : 'simd',
      scan: { f32: scanF32, f16: scanF16, int8: scanInt8 },
    }
  } catch (cause) {
    const problem = 'load.module: expected a WebAssembly.Module of this version of @recdistill/serve'
    throw new ServeError('option', problem, { cause })
  }
}
