import { setFlagsFromString } from 'node:v8'
import { relaxed, simd } from '../generated/kernels.ts'

export type Simd = 'relaxed' | 'simd'

const modules = new Map<Simd, WebAssembly.Module | null>()

/** The compiled kernels, or null where this runtime cannot run them. Compiled once a process. */
export function kernels(kind: Simd): WebAssembly.Module | null {
  if (!modules.has(kind)) modules.set(kind, compile(kind))
  return modules.get(kind) ?? null
}

function compile(kind: Simd): WebAssembly.Module | null {
  if (typeof SharedArrayBuffer === 'undefined' || typeof WebAssembly === 'undefined') return null
  const bytes = Buffer.from(kind === 'relaxed' ? relaxed : simd, 'base64')
  // Node 20 has relaxed SIMD behind a flag that works at run time; where it is on already nothing is touched
  if (kind === 'relaxed' && !WebAssembly.validate(bytes))
    setFlagsFromString('--experimental-wasm-relaxed-simd')
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null
}
