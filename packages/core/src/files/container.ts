import { createHash } from 'node:crypto'
import { InputError } from '../errors.ts'
import { asInputError, mostAtOnce, writeFileAtomic } from './atomic.ts'
import { openBytes, type Bytes } from './open-bytes.ts'

/**
 * Named arrays and a JSON header in one checked file; splits and checkpoints are such files.
 *
 *     bytes 0-7    magic "RECDIST\0"
 *     8-11         format version, uint32 little-endian
 *     12-15        header length n, uint32 little-endian
 *     16-          header: JSON { kind, meta, arrays: [{ name, type, length, offset }] }, padded with spaces
 *     aligned 64   the arrays, each at a multiple of 64 from the start of the data, little-endian
 *     last 32      SHA-256 of all bytes before it
 *
 * Equal contents give equal bytes: nothing in it depends on when or where it was written.
 */
export interface Container {
  readonly kind: string
  readonly meta: unknown
  readonly arrays: Readonly<Record<string, ContainerArray>>
}
export type ContainerArray = Float32Array | Float64Array | Uint32Array | Uint8Array

interface Entry {
  readonly name: string
  readonly type: keyof typeof types
  readonly length: number
  readonly offset: number
}

const magic = Buffer.from('RECDIST\0', 'latin1')
const version = 1
const alignment = 64
const types = { f32: Float32Array, f64: Float64Array, u32: Uint32Array, u8: Uint8Array }

export function writeContainer(path: string, { kind, meta, arrays }: Container): void {
  const entries: Entry[] = []
  let offset = 0
  for (const [name, array] of Object.entries(arrays)) {
    entries.push({ name, type: typeOf(array), length: array.length, offset })
    offset = roundUp(offset + array.byteLength)
  }
  const header = Buffer.from(JSON.stringify({ kind, meta, arrays: entries }))
  const start = Buffer.alloc(roundUp(16 + header.length), ' ')
  magic.copy(start)
  start.writeUInt32LE(version, 8)
  start.writeUInt32LE(start.length - 16, 12)
  header.copy(start, 16)

  const chunks: Uint8Array[] = [start]
  for (const array of Object.values(arrays)) {
    chunks.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    const padding = roundUp(array.byteLength) - array.byteLength
    if (padding > 0) chunks.push(new Uint8Array(padding))
  }
  writeFileAtomic(path, [...chunks, hashOf(chunks)])
}

/** @throws InputError when the file is missing, of another kind or version, cut short or altered. */
export function readContainer(path: string, kind: string): Container {
  const file = openBytes(path)
  try {
    return read(file, kind)
  } catch (error) {
    throw asInputError('read', path, error)
  } finally {
    file.close()
  }
}

function read(file: Bytes, kind: string): Container {
  const refuse = (problem: string) => new InputError(`${file.path}: ${problem}`)
  const start = Buffer.from(file.read(0, Math.min(16, file.size)).buffer)
  if (file.size < 48 || !start.subarray(0, 8).equals(magic)) throw refuse(`not a recdistill ${kind} file`)
  const found = start.readUInt32LE(8)
  if (found !== version)
    throw refuse(
      `written in format ${found}, this version reads ${version}; use the recdistill that wrote it`,
    )
  const end = file.size - 32
  if (!hashOf(piecesOf(file, end)).equals(file.read(end, 32)))
    throw refuse(
      'checksum does not match: the file is cut short or damaged; delete it and run again, or restore a copy',
    )
  const length = start.readUInt32LE(12)
  const header = JSON.parse(Buffer.from(file.read(16, length).buffer).toString()) as {
    kind: string
    meta: unknown
    arrays: Entry[]
  }
  if (header.kind !== kind) throw refuse(`holds a ${header.kind}, expected a ${kind}`)
  const arrays: Record<string, ContainerArray> = {}
  for (const { name, type, length: count, offset } of header.arrays) {
    const bytes = file.read(16 + length + offset, count * types[type].BYTES_PER_ELEMENT)
    arrays[name] = new types[type](bytes.buffer)
  }
  return { kind, meta: header.meta, arrays }
}

/** The file up to `end`, a little at a time: it may be larger than any buffer. */
function* piecesOf(file: Bytes, end: number): Generator<Uint8Array> {
  for (let at = 0; at < end; at += 2 ** 24) yield file.read(at, Math.min(2 ** 24, end - at))
}

function hashOf(chunks: Iterable<Uint8Array>): Buffer {
  const hash = createHash('sha256')
  for (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += mostAtOnce) hash.update(chunk.subarray(at, at + mostAtOnce))
  return hash.digest()
}

function typeOf(array: ContainerArray): Entry['type'] {
  if (array instanceof Float32Array) return 'f32'
  if (array instanceof Float64Array) return 'f64'
  if (array instanceof Uint32Array) return 'u32'
  if (array instanceof Uint8Array) return 'u8'
  throw new InputError(
    'writeContainer: expected arrays of Float32, Float64, Uint32 or Uint8, got one of another type',
  )
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}
