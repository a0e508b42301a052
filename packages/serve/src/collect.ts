import { MAGIC } from './bundle.ts'
import { declaredLength } from './decode.ts'
import { ServeError } from './errors.ts'

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** The same chunks; a file of another kind is refused at its first bytes, however large it is. */
export async function* bundleChunks(chunks: Chunks): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const chunk of chunks) {
    for (let n = 0; n < chunk.length && at < MAGIC.length; n++, at++)
      if (chunk[n] !== MAGIC.charCodeAt(at))
        throw new ServeError(
          'bundle',
          'bundle: not a bundle of recdistill; `recdistill export RUN --to bundle` makes one',
        )
    yield chunk
  }
}

/** All bytes in one piece; a single chunk is taken as it is, where it lies well. */
export async function collect(chunks: Chunks): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    length += chunk.length
  }
  // arrays of doubles begin at multiples of 8
  if (parts.length === 1 && parts[0].byteOffset % 8 === 0) return parts[0]
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Writes all bytes into a memory from `start` on as they come, and returns how many. It grows to what the bundle says it needs. */
export async function collectInto(
  memory: WebAssembly.Memory,
  start: number,
  chunks: Chunks,
): Promise<number> {
  let end = start
  for await (const chunk of chunks) {
    if (end + chunk.length > memory.buffer.byteLength) {
      // what was said of the length is not checked yet: never more than twice what has come
      const said = declaredLength(end > start ? new Uint8Array(memory.buffer, start, end - start) : chunk)
      grow(memory, Math.max(end + chunk.length, Math.min(start + said, 2 * (end + chunk.length))))
    }
    new Uint8Array(memory.buffer, end).set(chunk)
    end += chunk.length
  }
  return end - start
}

/** @throws ServeError with code `bundle` when there is no room. */
export function grow(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / 65536)
  if (missing <= 0) return
  try {
    memory.grow(missing)
  } catch (cause) {
    throw new ServeError(
      'bundle',
      `load: no room for ${bytes} bytes in WebAssembly memory, which ends at 4 GiB; try simd: 'none'`,
      { cause },
    )
  }
}
