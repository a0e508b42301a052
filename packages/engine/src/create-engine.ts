import type { Engine } from './engine.ts'
import { createPlainEngine } from './plain/engine.ts'

export interface EngineOptions {
  readonly driver?: 'cpu'
  /** Threads that compute, the calling one included; all cores by default. */
  readonly threads?: number
  readonly simd?: 'auto' | 'relaxed' | 'simd' | 'none'
  /** Where one line goes when the fast kernels cannot run here. */
  readonly warn?: (line: string) => void
}

/** An engine for this machine. Synchronous; end it with `dispose()`. */
export function createEngine(_options: EngineOptions = {}): Engine {
  return createPlainEngine()
}
