import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { InputError } from '../errors.ts'
import { asInputError, writeFileAtomic } from './atomic.ts'

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
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  writeFileAtomic(path, [...chunks, hash.digest()])
}

/** @throws InputError when the file is missing, of another kind or version, cut short or altered. */
export function readContainer(path: string, kind: string): Container {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw asInputError('read', path, error)
  }
  const refuse = (problem: string) => new InputError(`${path}: ${problem}`)
  if (bytes.length < 48 || !bytes.subarray(0, 8).equals(magic)) throw refuse(`not a recdistill ${kind} file`)
  const found = bytes.readUInt32LE(8)
  if (found !== version)
    throw refuse(
      `written in format ${found}, this version reads ${version}; use the recdistill that wrote it`,
    )
  const end = bytes.length - 32
  if (!createHash('sha256').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end)))
    throw refuse(
      'checksum does not match: the file is cut short or damaged; delete it and run again, or restore a copy',
    )
  const dataStart = 16 + bytes.readUInt32LE(12)
  const header = JSON.parse(bytes.toString('utf8', 16, dataStart)) as {
    kind: string
    meta: unknown
    arrays: Entry[]
  }
  if (header.kind !== kind) throw refuse(`holds a ${header.kind}, expected a ${kind}`)
  const arrays: Record<string, ContainerArray> = {}
  for (const { name, type, length, offset } of header.arrays) {
    const start = bytes.byteOffset + dataStart + offset
    arrays[name] =
      start % 8 === 0
        ? new types[type](bytes.buffer as ArrayBuffer, start, length)
        : new types[type](
            bytes.buffer.slice(start, start + length * types[type].BYTES_PER_ELEMENT) as ArrayBuffer,
          )
  }
  return { kind, meta: header.meta, arrays }
}

function typeOf(array: ContainerArray): Entry['type'] {
  if (array instanceof Float32Array) return 'f32'
  if (array instanceof Float64Array) return 'f64'
  return array instanceof Uint32Array ? 'u32' : 'u8'
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}
