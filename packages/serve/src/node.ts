import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ServeError } from './errors.ts'
import { loadChunks, type LoadOptions } from './load.ts'
import type { Recommender } from './recommender.ts'

/** `load` for a file, which is read piece by piece. @throws ServeError, as `load` does. */
export async function loadFile(path: string | URL, options: LoadOptions = {}): Promise<Recommender> {
  return loadChunks(read(path instanceof URL ? fileURLToPath(path) : path), options)
}

async function* read(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) yield chunk as Uint8Array
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = reasons[code ?? ''] ?? message
    throw new ServeError('source', `loadFile: cannot read ${path}: ${reason}`, { cause })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder; name the bundle in it, e.g. model.recdistill',
}
