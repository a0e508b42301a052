import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withSharing } from './sharing.ts'

/** One of these is loaded, by what the processor can do; the last one never is under Node, but must have an entry. */
const names = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const

/**
 * The modules of the wasm backend with a memory that threads can share, by name, as URLs that hold them: TensorFlow.js has no
 * threads under Node, our kernels have. Null where a module cannot be made so.
 */
export function sharedWasmFiles(folder: string): Record<(typeof names)[number], string> | null {
  const [plain, simd] = [names[0], names[1]].map((name) => {
    const bytes = withSharing(readFileSync(join(folder, name)), true)
    return bytes && `data:application/wasm;base64,${Buffer.from(bytes).toString('base64')}`
  })
  if (plain === null || simd === null || typeof SharedArrayBuffer === 'undefined') return null
  return { [names[0]]: plain, [names[1]]: simd, [names[2]]: simd } as Record<(typeof names)[number], string>
}
