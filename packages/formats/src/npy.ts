import { InputError } from '@recdistill/core'
import { keepOpen, openBytes, writeFileAtomic } from '@recdistill/core/files'
import { floats, product, rawBytes, tensor, view, type Dtype, type Tensor } from './dtype.ts'
import { expectFinite, type Infinite } from './expect-finite.ts'
import { npyHeader, npyType, readNpyHeader, type NpyHeader } from './npy-header.ts'

/** An open `.npy` file: numbers are read where they are wanted, however large it is. */
export interface NpyFile {
  readonly path: string
  readonly shape: readonly number[]
  readonly dtype: Dtype
  /** Columns lie together instead of rows: `rows` then takes one read a column. */
  readonly fortran: boolean
  /** Rows `from` up to, not including, `to` as single precision, row-major. [to - from, product of the other sizes] */
  rows(from?: number, to?: number): Float32Array
  close(): void
}

/**
 * @param options.infinite Whether infinities are a defect (the default) or kept, e.g. -Infinity as "may not be recommended". NaN is
 *   always refused, when it is read.
 * @throws InputError when it is no sound npy file of numbers.
 */
export function openNpy(path: string, { infinite = 'refuse' }: { infinite?: Infinite } = {}): NpyFile {
  return keepOpen(openBytes(path), (bytes) => {
    const header = readNpyHeader(path, bytes.size, (offset, length) => bytes.read(offset, length))
    const { shape, dtype, itemSize, fortran, start } = header
    if (dtype === 'text') throw new InputError(`${path}: holds texts, expected numbers`)
    if (shape.length === 0) throw new InputError(`${path}: holds a single number, expected rows`)
    if (fortran && shape.length > 2)
      throw new InputError(
        `${path}: ${shape.length} dimensions in Fortran order; save it with numpy.ascontiguousarray`,
      )
    const [height] = shape
    const width = product(shape.slice(1))
    const numbers = (offset: number, count: number) =>
      floats({
        data: view(littleEndian(bytes.read(start + offset * itemSize, count * itemSize), header), dtype),
        dtype,
      })
    const rows = (from = 0, to = height) => {
      if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= height))
        throw new RangeError(`${path}: rows ${from} to ${to} asked, it has ${height}`)
      let values: Float32Array
      if (!fortran) values = numbers(from * width, (to - from) * width)
      else {
        values = new Float32Array((to - from) * width)
        for (let c = 0; c < width; c++) {
          const column = numbers(c * height + from, to - from)
          for (let r = 0; r < column.length; r++) values[r * width + c] = column[r]
        }
      }
      return expectFinite(values, width, { path, firstRow: from, infinite })
    }
    return { path, shape, dtype, fortran, rows, close: () => bytes.close() }
  })
}

/** Appears whole or not at all. @throws RangeError for bfloat16, which NumPy does not know, and where numbers and shape do not fit. */
export function writeNpy(path: string, array: Tensor): void {
  writeFileAtomic(path, npyChunks(array))
}

/** A `.npy` file as pieces, so that a large array needs no second copy. */
export function npyChunks({ data, shape, dtype }: Tensor): Uint8Array[] {
  tensor(data, shape, dtype)
  return [npyHeader(npyType(dtype), shape), rawBytes(data)]
}

/** Fixed width makes one long text weigh on all. */
const mostTextBytes = 2 ** 31

/**
 * Texts as NumPy keeps them: fixed width, four bytes a character.
 * @throws InputError when that takes more than 2 GiB, or a text ends with zero characters, which NumPy takes for no part of it.
 */
export function npyTextChunks(texts: readonly string[]): Uint8Array[] {
  const points = texts.map((text) => Array.from(text, (character) => character.codePointAt(0)!))
  const width = points.reduce((longest, { length }) => Math.max(longest, length), 1)
  const bytes = 4 * texts.length * width
  if (bytes > mostTextBytes)
    throw new InputError(
      `npy: all ${texts.length} texts are kept as wide as the longest, of ${width} characters, which takes ${bytes} bytes; expected at most ${mostTextBytes}: shorten it, or use another format`,
    )
  const cut = texts.find((text) => text.endsWith('\0'))
  if (cut !== undefined)
    throw new InputError(
      `npy: ${JSON.stringify(cut)} ends with a zero character, which NumPy drops; use another format`,
    )
  const data = new Uint32Array(texts.length * width)
  for (const [n, row] of points.entries()) data.set(row, n * width)
  return [npyHeader(`<U${width}`, [texts.length]), rawBytes(data)]
}

/** A whole `.npy` file in memory. */
export function parseNpy(path: string, bytes: Uint8Array): Tensor | readonly string[] {
  const header = readNpyHeader(path, bytes.length, (offset, length) =>
    bytes.subarray(offset, offset + length),
  )
  const { shape, dtype, fortran, start } = header
  const body = littleEndian(new Uint8Array(bytes.subarray(start)), header)
  if (dtype === 'text') return texts(view(body, 'u32') as Uint32Array, header)
  const data = view(body, dtype)
  if (!fortran) return tensor(data, shape, dtype)
  if (shape.length > 2)
    throw new InputError(
      `${path}: ${shape.length} dimensions in Fortran order; save it with numpy.ascontiguousarray`,
    )
  const [height, width] = shape
  const turned = data.slice()
  for (let c = 0; c < width; c++)
    for (let r = 0; r < height; r++) turned[r * width + c] = data[c * height + r]
  return tensor(turned, shape, dtype)
}

function texts(points: Uint32Array, { shape, itemSize }: NpyHeader): string[] {
  const width = itemSize / 4
  return Array.from({ length: product(shape) }, (_, n) => {
    let text = ''
    for (const point of points.subarray(n * width, (n + 1) * width))
      if (point > 0 && point <= 0x10ffff) text += String.fromCodePoint(point)
    return text
  })
}

/** Swaps in place where the file is big-endian. */
function littleEndian(
  bytes: Uint8Array<ArrayBuffer>,
  { bigEndian, dtype, itemSize }: NpyHeader,
): Uint8Array<ArrayBuffer> {
  if (!bigEndian) return bytes
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = dtype === 'text' ? 4 : itemSize
  if (size === 2) buffer.swap16()
  else if (size === 4) buffer.swap32()
  else if (size === 8) buffer.swap64()
  return bytes
}
