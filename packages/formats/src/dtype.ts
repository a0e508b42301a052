import { show } from '@recdistill/core'
import { fromBfloat, fromHalf } from './half.ts'

/** How one number lies in a file. Half floats have no array type in Node 20: their bits are a `Uint16Array`. */
export type Dtype =
  'bool' | 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'u64' | 'i64' | 'f16' | 'bf16' | 'f32' | 'f64'

export type NumericArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array

/** Numbers with a shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly dtype: Dtype
  readonly data: NumericArray
}

const arrays = {
  bool: Uint8Array,
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  f32: Float32Array,
  f64: Float64Array,
} as const

/**
 * `data` with its shape; the dtype follows from the array unless it holds half floats or truth values.
 * @throws RangeError when they do not fit each other: what was written of them could not be read.
 */
export function tensor(data: NumericArray, shape: readonly number[], dtype = dtypeOf(data)): Tensor {
  if (product(shape) !== data.length || !(data instanceof arrays[dtype]))
    throw new RangeError(
      `tensor: ${data.length} numbers in a ${data.constructor.name} are no ${dtype} [${shape.join(', ')}]`,
    )
  return { shape, dtype, data }
}

export function bytesOf(dtype: Dtype): number {
  return arrays[dtype].BYTES_PER_ELEMENT
}

export function product(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1)
}

/** Little-endian bytes, at a multiple of 8 in their buffer, as numbers: a view, not a copy. */
export function view(bytes: Uint8Array<ArrayBuffer>, dtype: Dtype): NumericArray {
  return new arrays[dtype](bytes.buffer, bytes.byteOffset, bytes.byteLength / bytesOf(dtype))
}

export function rawBytes(data: NumericArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Any numbers as single precision; f32 comes back as it is, without a copy. Whole numbers beyond 2^24 are rounded. */
export function floats({ data, dtype }: Pick<Tensor, 'data' | 'dtype'>): Float32Array {
  if (data instanceof Float32Array) return data
  if (dtype === 'f16') return fromHalf(data as Uint16Array)
  if (dtype === 'bf16') return fromBfloat(data as Uint16Array)
  const out = new Float32Array(data.length)
  for (let n = 0; n < out.length; n++) out[n] = Number(data[n])
  return out
}

function dtypeOf(data: NumericArray): Dtype {
  const plain = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'u64', 'i64', 'f32', 'f64'] as const
  const dtype = plain.find((each) => data instanceof arrays[each])
  if (dtype === undefined)
    throw new RangeError(`tensor: expected a typed array such as Float32Array, got ${show(data)}`)
  return dtype
}
