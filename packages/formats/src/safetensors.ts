import { InputError, nearest } from '@recdistill/core'
import { keepOpen, openBytes, writeFileAtomic } from '@recdistill/core/files'
import { bytesOf, floats, product, rawBytes, tensor, view, type Dtype, type Tensor } from './dtype.ts'
import { expectFinite, type Infinite } from './expect-finite.ts'

/** An open safetensors file: the header is read and checked, tensors are read when asked for. */
export interface SafetensorsFile {
  readonly path: string
  readonly names: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  shapeOf(name: string): readonly number[]
  dtypeOf(name: string): Dtype
  /** A whole tensor in its own type, unchecked. */
  tensor(name: string): Tensor
  /** Rows along the first axis as single precision; NaN and infinities are refused. [to - from, product of the other sizes] */
  rows(name: string, from?: number, to?: number): Float32Array
  close(): void
}

interface Entry {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

const types: Readonly<Record<string, Dtype>> = {
  BOOL: 'bool',
  U8: 'u8',
  I8: 'i8',
  U16: 'u16',
  I16: 'i16',
  U32: 'u32',
  I32: 'i32',
  U64: 'u64',
  I64: 'i64',
  F16: 'f16',
  BF16: 'bf16',
  F32: 'f32',
  F64: 'f64',
}
const longestHeader = 100_000_000

/**
 * The format of Hugging Face's safetensors 0.x: uint64 length of the header, JSON header, little-endian data.
 * @throws InputError when lengths, shapes, types or offsets do not fit each other or the file.
 */
export function openSafetensors(
  path: string,
  { infinite = 'refuse' }: { infinite?: Infinite } = {},
): SafetensorsFile {
  return keepOpen(openBytes(path), (bytes) => {
    const refuse = (problem: string) => new InputError(`${path}: ${problem}`)
    if (bytes.size < 10) throw refuse(`not a safetensors file: ${bytes.size} bytes are too few; get it again`)
    const length = Number(Buffer.from(bytes.read(0, 8)).readBigUInt64LE())
    if (length > longestHeader || 8 + length > bytes.size)
      throw refuse(
        `not a safetensors file, or cut short: its header would be ${length} bytes long, the file has ${bytes.size}; get it again`,
      )
    const dataStart = 8 + length
    const { entries, metadata } = readHeader(bytes.read(8, length), bytes.size - dataStart, refuse)
    const entryOf = (name: string) => {
      const entry = entries.get(name)
      if (entry !== undefined) return entry
      const names = [...entries.keys()]
      const near = nearest(name, names)
      throw refuse(
        `no tensor "${name}"; it has ${names.slice(0, 12).join(', ') || 'none'}${names.length > 12 ? ', ...' : ''}${near === null ? '' : `; did you mean "${near}"?`}`,
      )
    }
    return {
      path,
      metadata,
      names: [...entries.keys()],
      shapeOf: (name) => entryOf(name).shape,
      dtypeOf: (name) => entryOf(name).dtype,
      tensor(name) {
        const { start, end, dtype, shape } = entryOf(name)
        return tensor(view(bytes.read(dataStart + start, end - start), dtype), shape, dtype)
      },
      rows(name, from = 0, to) {
        const { start, dtype, shape } = entryOf(name)
        if (shape.length === 0) throw refuse(`"${name}" is a single number, expected rows`)
        const end = to ?? shape[0]
        if (!(Number.isInteger(from) && Number.isInteger(end) && from >= 0 && from <= end && end <= shape[0]))
          throw new RangeError(`${path}: rows ${from} to ${end} of "${name}" asked, it has ${shape[0]}`)
        const width = product(shape.slice(1))
        const stride = width * bytesOf(dtype)
        const data = view(bytes.read(dataStart + start + from * stride, (end - from) * stride), dtype)
        const values = floats({ data, dtype })
        return expectFinite(values, width, { path: `${path}, "${name}"`, firstRow: from, infinite })
      },
      close: () => bytes.close(),
    }
  })
}

/**
 * Tensors of wide types first, so that each begins at a multiple of its size; equal contents give equal bytes.
 * @throws RangeError when the numbers of a tensor do not fit its shape, or it is called `__metadata__`.
 */
export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const order = Object.entries(tensors).sort(
    ([a, { dtype: x }], [b, { dtype: y }]) => bytesOf(y) - bytesOf(x) || (a < b ? -1 : 1),
  )
  // No prototype: a tensor may be called __proto__.
  const header: Record<string, unknown> = Object.create(null)
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata
  let offset = 0
  for (const [name, { dtype, shape, data }] of order) {
    tensor(data, shape, dtype)
    if (name === '__metadata__')
      throw new RangeError('writeSafetensors: "__metadata__" is no name for a tensor; choose another')
    const type = Object.keys(types).find((each) => types[each] === dtype)
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const text = Buffer.from(JSON.stringify(header))
  const start = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ')
  start.writeBigUInt64LE(BigInt(start.length - 8))
  text.copy(start, 8)
  writeFileAtomic(path, [start, ...order.map(([, { data }]) => rawBytes(data))])
}

type Refuse = (problem: string) => InputError

function readHeader(bytes: Uint8Array, dataBytes: number, refuse: Refuse) {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refuse('not a safetensors file: its header is not JSON; get it again')
  }
  if (!isRecord(header)) throw refuse('its safetensors header is not a JSON object; get it again')
  const { __metadata__: metadata = {}, ...rest } = header
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string'))
    throw refuse('__metadata__ of its header must map texts to texts')
  const entries = new Map<string, Entry>()
  for (const [name, entry] of Object.entries(rest)) entries.set(name, readEntry(name, entry, refuse))
  let covered = 0
  for (const [name, { start, end }] of [...entries].sort(
    ([, a], [, b]) => a.start - b.start || a.end - b.end,
  )) {
    if (start !== covered)
      throw refuse(
        `tensor "${name}" begins at byte ${start}, expected ${covered}: tensors must neither overlap nor leave holes; get it again`,
      )
    covered = end
  }
  if (covered !== dataBytes)
    throw refuse(
      `${covered > dataBytes ? 'cut short' : 'longer than it says'}: its tensors need ${covered} bytes, the file has ${dataBytes} after the header; get it again`,
    )
  return { entries, metadata: metadata as Record<string, string> }
}

function readEntry(name: string, entry: unknown, refuse: Refuse): Entry {
  const bad = (what: string) => refuse(`tensor "${name}": ${what}`)
  if (!isRecord(entry)) throw bad('expected dtype, shape and data_offsets; get the file again')
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(types, dtype))
    throw bad(
      `type ${JSON.stringify(dtype)} is not read here; convert it to one of ${Object.keys(types).join(', ')}`,
    )
  if (!isSizes(shape)) throw bad(`shape ${JSON.stringify(shape)} is not a list of sizes; get the file again`)
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    throw bad(`data_offsets ${JSON.stringify(offsets)} are not a start and an end; get the file again`)
  const needed = product(shape) * bytesOf(types[dtype])
  const [start, end] = offsets
  if (needed !== end - start)
    throw bad(
      `[${shape.join(', ')}] of ${dtype} needs ${needed} bytes, its offsets give ${end - start}; get the file again`,
    )
  return { dtype: types[dtype], shape, start, end }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
