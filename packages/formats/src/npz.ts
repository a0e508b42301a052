import { InputError } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { openPromise, type ZipFile } from 'yauzl'
import { ZipFile as ZipWriter } from 'yazl'
import type { Tensor } from './dtype.ts'
import { npyChunks, npyTextChunks, parseNpy } from './npy.ts'

/** What `numpy.load` gives: arrays of numbers or of texts by name. */
export type NpzArrays = Readonly<Record<string, Tensor | readonly string[]>>

/**
 * The arrays of a `.npz` archive, or those in `only`.
 * @throws InputError when the archive or an array is damaged, or a wanted one is missing.
 */
export async function readNpz(path: string, { only }: { only?: readonly string[] } = {}): Promise<NpzArrays> {
  let zip: ZipFile | null = null
  const arrays: Record<string, Tensor | readonly string[]> = Object.create(null)
  try {
    zip = await openPromise(path, { autoClose: false })
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.replace(/\.npy$/, '')
      if (only !== undefined && !only.includes(name)) continue
      const bytes = await buffer(await zip.openReadStreamPromise(entry))
      if (crc32(bytes) !== entry.crc32) throw new Error(`CRC-32 of ${entry.fileName} does not match`)
      arrays[name] = parseNpy(`${path}, ${entry.fileName}`, bytes)
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    if (typeof (error as NodeJS.ErrnoException).syscall === 'string') throw asInputError('read', path, error)
    throw new InputError(`${path}: not a sound npz archive (${(error as Error).message}); get it again`)
  } finally {
    zip?.close()
  }
  const missing = only?.find((name) => arrays[name] === undefined)
  if (missing !== undefined) throw new InputError(`${path}: holds no array "${missing}"`)
  return arrays
}

/** Not compressed, as `numpy.savez` does; equal arrays give equal bytes. Appears whole or not at all. */
export async function writeNpz(path: string, arrays: NpzArrays): Promise<void> {
  const zip = new ZipWriter()
  for (const [name, array] of Object.entries(arrays)) {
    const chunks = 'shape' in array ? npyChunks(array) : npyTextChunks(array)
    // the day zip archives count from, whatever the time zone: the archive says nothing of when it was written
    const options = { compress: false, mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644 }
    zip.addBuffer(Buffer.concat(chunks), `${name}.npy`, options)
  }
  zip.end()
  writeFileAtomic(path, [await buffer(zip.outputStream as NodeJS.ReadableStream)])
}
