import { readFile } from 'node:fs/promises'
import { ServeError } from './errors.ts'
import { load, type LoadOptions } from './load.ts'
import type { Recommender } from './recommender.ts'

/** `load` for a file. @throws ServeError, as `load` does. */
export async function loadFile(path: string | URL, options: LoadOptions = {}): Promise<Recommender> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    throw new ServeError('source', `loadFile: cannot read ${String(path)}: ${(cause as Error).message}`, {
      cause,
    })
  }
  return load(bytes, options)
}
