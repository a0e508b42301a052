import { InputError } from '@recdistill/core'
import { asInputError } from '@recdistill/core/files'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/** A file as it was when read; the manifest of a split keeps these. */
export interface Source {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

export interface SourceFile extends Source {
  readonly path: string
  readonly gzip: boolean
  /** The first bytes, decompressed. */
  readonly sample: Buffer
  /** Whether the sample is the whole file. */
  readonly whole: boolean
}

const sampleBytes = 256 * 1024

/**
 * Reads a file once from end to end: its checksum, whether its gzip is sound, and a sample to look at.
 * @throws InputError when it is missing, a folder, empty, or cut short.
 */
export async function examineFile(path: string, name = path): Promise<SourceFile> {
  const bytes = sizeOf(path)
  if (bytes === 0) throw new InputError(`${name}: the file is empty; expected interactions, one a line`)
  const hash = createHash('sha256')
  const chunks: Buffer[] = []
  let kept = 0
  let total = 0
  let gzip = path.endsWith('.gz')
  async function* hashed(stream: AsyncIterable<Buffer>) {
    for await (const chunk of stream) {
      hash.update(chunk)
      yield chunk
    }
  }
  async function keepSample(stream: AsyncIterable<Buffer>) {
    for await (const chunk of stream) {
      total += chunk.length
      if (kept < sampleBytes) chunks.push(chunk.subarray(0, sampleBytes - kept))
      kept += Math.min(chunk.length, Math.max(0, sampleBytes - kept))
    }
  }
  try {
    gzip ||= await startsWithGzip(path)
    if (gzip) await pipeline(createReadStream(path), hashed, createGunzip(), keepSample)
    else await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hashed, keepSample)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'Z_BUF_ERROR')
      throw new InputError(`${name}: the gzip file is cut short after ${total} bytes of text; get it again`)
    if (code.startsWith('Z_'))
      throw new InputError(`${name}: not a sound gzip file (${(error as Error).message}); get it again`)
    throw asInputError('read', name, error)
  }
  if (total === 0) throw new InputError(`${name}: the file is empty; expected interactions, one a line`)
  const sample = Buffer.concat(chunks)
  return { path, file: name, bytes, sha256: hash.digest('hex'), gzip, sample, whole: total === sample.length }
}

function sizeOf(path: string): number {
  try {
    const stat = statSync(path)
    if (stat.isDirectory())
      throw new InputError(
        `${path}: is a folder; name the files in it, e.g. ${join(path, '*.csv')}, or use it as the data folder`,
      )
    if (!stat.isFile())
      throw new InputError(`${path}: is no file on disk, which is read more than once; save it as one first`)
    return stat.size
  } catch (error) {
    const parts = path.split(',')
    if (parts.length > 1 && parts.every((part) => existsSync(part)))
      throw new InputError(`${path}: no such file; several are given one after the other: ${parts.join(' ')}`)
    if (/^[a-z][a-z\d+.-]*:\/\//i.test(path))
      throw new InputError(`${path}: is an address; files on this machine are read, so download it first`)
    if (/[*?]/.test(path) && !existsSync(path))
      throw new InputError(
        `${path}: no such file; a shell puts the names in place of * and ? where there are no quotes around them`,
      )
    throw asInputError('read', path, error)
  }
}

async function startsWithGzip(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { end: 1 }))
    return (chunk as Buffer)[0] === 0x1f && (chunk as Buffer)[1] === 0x8b
  return false
}
