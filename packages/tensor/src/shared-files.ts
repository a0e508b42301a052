import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withSharing } from './sharing.ts'
import { wasm } from './webassembly.ts'

/** Our kernels need SIMD as this one does; the others are never loaded under Node where SIMD is, but must have an entry. */
const needed = 'tfjs-backend-wasm-simd.wasm'
const names = [needed, 'tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'] as const

/**
 * The module of the wasm backend with a memory that threads can share, by the names it may be asked for, as URLs that hold it:
 * TensorFlow.js has no threads under Node, our kernels have. Null where it cannot be made so.
 *
 * @throws Error where it is missing or does not run here: once the backend has begun to load it, that can no longer be caught.
 */
export function sharedWasmFiles(folder: string): Record<(typeof names)[number], string> | null {
  const file = join(folder, needed)
  const bytes = readFileSync(file)
  if (!wasm?.validate(bytes)) throw new Error(`${file} does not compile in this runtime`)
  const shared = typeof SharedArrayBuffer === 'undefined' ? null : withSharing(bytes, true)
  if (shared === null) return null
  const url = `data:application/wasm;base64,${Buffer.from(shared).toString('base64')}`
  return Object.fromEntries(names.map((name) => [name, url])) as Record<(typeof names)[number], string>
}
