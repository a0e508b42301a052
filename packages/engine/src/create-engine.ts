import { availableParallelism } from 'node:os'
import { InputError } from '@recdistill/core'
import type { Engine } from './engine.ts'
import { createPlainEngine } from './plain/engine.ts'
import { createWasmEngine } from './wasm/engine.ts'

export interface EngineOptions {
  readonly driver?: 'cpu'
  /** Threads that compute, the calling one included; all cores by default. */
  readonly threads?: number
  /** Which kernels; `auto` takes the fastest this machine runs. */
  readonly simd?: 'auto' | 'relaxed' | 'simd' | 'none'
  /** Where one line goes when the fast kernels cannot run here. */
  readonly warn?: (line: string) => void
}

/** An engine for this machine. Synchronous; end it with `dispose()`. */
export function createEngine({
  threads = availableParallelism(),
  simd = 'auto',
  warn = (line) => process.emitWarning(line),
}: EngineOptions = {}): Engine {
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024)
    throw new InputError(`createEngine.threads: expected an integer of 1 to 1024, got ${threads}`)
  if (simd === 'none') return createPlainEngine()
  if (simd !== 'simd') {
    const engine = createWasmEngine({ threads, simd: 'relaxed' })
    if (engine) return engine
    if (simd === 'relaxed')
      warn('engine: this runtime has no relaxed SIMD; using SIMD, about a quarter slower')
  }
  const engine = createWasmEngine({ threads, simd: 'simd' })
  if (engine) return engine
  warn(
    'engine: this runtime has no WebAssembly SIMD or no SharedArrayBuffer; using plain code on one thread, 5 to 30 times slower',
  )
  return createPlainEngine()
}
