import { InputError } from '@recdistill/core'
import { bytesOf, product, type Dtype } from './dtype.ts'

/** What stands before the numbers of a `.npy` file (format 1.0 to 3.0 of NumPy). */
export interface NpyHeader {
  readonly shape: readonly number[]
  readonly dtype: Dtype | 'text'
  /** Bytes of one element; of a text the longest. */
  readonly itemSize: number
  readonly bigEndian: boolean
  /** Columns lie together instead of rows. */
  readonly fortran: boolean
  /** Where the numbers begin. */
  readonly start: number
}

const magic = Buffer.from('\x93NUMPY', 'latin1')
const kinds: Readonly<Record<string, Dtype>> = {
  b1: 'bool',
  u1: 'u8',
  i1: 'i8',
  u2: 'u16',
  i2: 'i16',
  u4: 'u32',
  i4: 'i32',
  u8: 'u64',
  i8: 'i64',
  f2: 'f16',
  f4: 'f32',
  f8: 'f64',
}

/**
 * @param read Bytes of the file from a place; asked for what the header itself announces only.
 * @throws InputError when it is no npy file, cut short, longer than announced, or of a type that holds no plain numbers.
 */
export function readNpyHeader(
  path: string,
  size: number,
  read: (offset: number, length: number) => Uint8Array,
): NpyHeader {
  const refuse = (problem: string) => new InputError(`${path}: ${problem}`)
  const first = Buffer.from(read(0, Math.min(12, size)))
  if (first.length < 12 || !first.subarray(0, 6).equals(magic))
    throw refuse('not an npy file; write it with numpy.save')
  const version = first[6]
  if (version < 1 || version > 3)
    throw refuse(`npy format ${version}.${first[7]} is not known here (1.0 to 3.0 are); save it again`)
  const [length, headerStart] = version === 1 ? [first.readUInt16LE(8), 10] : [first.readUInt32LE(8), 12]
  const start = headerStart + length
  if (start > size)
    throw refuse(`cut short: its header needs ${start} bytes, the file has ${size}; get it again`)
  const text = Buffer.from(read(headerStart, length)).toString(version === 3 ? 'utf8' : 'latin1')
  const descr = /'descr'\s*:\s*(?:'([^']*)'|(\[))/.exec(text)
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)
  const sizes = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)
  if (!descr || !order || !sizes)
    throw refuse('its npy header lacks descr, fortran_order or shape; get it again')
  const shape = (sizes[1].match(/\d+/g) ?? []).map(Number)
  const type = elementOf(descr[1])
  if (type === null)
    throw refuse(
      `holds ${descr[1] === undefined ? 'records' : `"${descr[1]}"`}, expected plain numbers; save it with .astype('float32')`,
    )
  const bytes = product(shape) * type.itemSize
  if (!Number.isSafeInteger(bytes) || start + bytes !== size)
    throw refuse(
      `${start + bytes > size ? 'cut short' : 'longer than it says'}: [${shape.join(', ')}] of ${descr[1]} needs ${start + bytes} bytes, the file has ${size}; get it again`,
    )
  return { shape, ...type, fortran: order[1] === 'True' && shape.length > 1, start }
}

/** The bytes before the numbers, padded so that these begin at a multiple of 64. */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`
  const total = Math.ceil((10 + text.length + 1) / 64) * 64
  const out = Buffer.alloc(total, ' ')
  magic.copy(out)
  out[6] = 1
  out[7] = 0
  out.writeUInt16LE(total - 10, 8)
  out.write(text, 10, 'latin1')
  out[total - 1] = 0x0a
  return out
}

/** NumPy's name of a type, little-endian. There is none for bfloat16. */
export function npyType(dtype: Dtype): string {
  const kind = Object.keys(kinds).find((each) => kinds[each] === dtype)
  if (kind === undefined) throw new RangeError(`npy: NumPy has no ${dtype}; convert to f32`)
  return (bytesOf(dtype) === 1 ? '|' : '<') + kind
}

function elementOf(
  descr: string | undefined,
): { dtype: Dtype | 'text'; itemSize: number; bigEndian: boolean } | null {
  const parts = /^([<>|=]?)([a-zA-Z])(\d+)$/.exec(descr ?? '')
  if (!parts) return null
  const [, order, letter, digits] = parts
  const bigEndian = order === '>'
  if (letter === 'U') return { dtype: 'text', itemSize: 4 * Number(digits), bigEndian }
  const dtype = Object.hasOwn(kinds, letter + digits) ? kinds[letter + digits] : undefined
  return dtype === undefined ? null : { dtype, itemSize: bytesOf(dtype), bigEndian }
}
