/** How the vectors of a bundle are held: 4, 2 or 1 bytes a number. int8 is symmetric, with one scale a row. */
export type Precision = 'f32' | 'f16' | 'int8'

/** What is said of the model in a bundle. Everything is optional, and more may stand there: it is kept as JSON. */
export interface BundleMeta {
  readonly model?: string
  readonly backbone?: string
  readonly method?: string
  readonly dataset?: string
  /** Of the split the model was trained on. */
  readonly splitHash?: string
  /** What its numbers were measured with. */
  readonly protocol?: unknown
  readonly metrics?: Readonly<Record<string, number>>
  /** The program that wrote the bundle, and its version. */
  readonly createdBy?: string
  readonly licence?: string
  readonly [more: string]: unknown
}

/** How a user the model never saw gets a vector; see `recommendFor`. */
export interface FoldIn {
  /** Weight of the term that draws the scores of all items to 0; a seen item has weight 1. */
  readonly unobserved: number
  /** L2 weight on the vector, in units of the mean square of a number of the item vectors. */
  readonly regularisation: number
}

/** Everything that goes into a bundle. Ids are what the outside calls them; vectors and lists use their places. */
export interface BundleParts {
  /** Ids of users, none twice. May be empty: then new users alone are served. */
  readonly users: readonly string[]
  /** Ids of items, none twice. */
  readonly items: readonly string[]
  readonly dim: number
  readonly userVectors: Float32Array // [users, dim]
  readonly itemVectors: Float32Array // [items, dim]
  /** What both are rounded to; f32 by default. */
  readonly precision?: Precision
  /** Items each user has seen, left out of recommendations. Row `u` is `items[offsets[u]]` up to `items[offsets[u + 1]]`, in any order. */
  readonly seen?: { readonly offsets: Uint32Array; readonly items: Uint32Array }
  readonly foldIn?: FoldIn
  readonly meta?: BundleMeta
}

/**
 * One file, little-endian:
 *
 *     bytes 0-7    magic "RECSERVE"
 *     8-11         format version, uint32
 *     12-15        header length n, uint32
 *     16-23        length of the whole file, uint64
 *     24-31        zero
 *     32-          header: JSON, n bytes, padded with spaces
 *     aligned 64   the arrays, each at a multiple of 64 from the start of the file
 *     last 32      SHA-256 of all bytes before it
 *
 * Equal parts give equal bytes. Items stand in tiles of 32 side by side, so that a kernel scores 32 at once in place.
 */
export const MAGIC = 'RECSERVE'
export const VERSION = 1
export const PREFIX = 32
export const HASH = 32
export const ALIGNMENT = 64
/** Items of a tile. */
export const TILE = 32

export interface BundleHeader {
  readonly users: number
  readonly items: number
  readonly dim: number
  readonly precision: Precision
  readonly foldIn: FoldIn
  readonly meta: BundleMeta
  readonly arrays: readonly ArrayEntry[]
}

export interface ArrayEntry {
  readonly name: string
  readonly type: keyof typeof arrayTypes
  readonly length: number
  /** Bytes from where the arrays begin. */
  readonly offset: number
}

export const arrayTypes = {
  f64: Float64Array,
  f32: Float32Array,
  u32: Uint32Array,
  u16: Uint16Array,
  u8: Uint8Array,
  i8: Int8Array,
}

export type BundleArray = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array | Int8Array

/** The arrays of a bundle, by name. */
export interface BundleArrays {
  /** Rows as they are: f32, halves (u16) or int8. [users, dim] */
  readonly userVectors: Float32Array | Uint16Array | Int8Array
  /** Tiles of 32 items: [tiles, dim, 32], of int8 [tiles, dim / 2 rounded up, 32, 2]; behind the last item zeros. */
  readonly itemVectors: Float32Array | Uint16Array | Int8Array
  readonly userScales: Float32Array | null // [users], int8 alone
  readonly itemScales: Float32Array | null // [tiles * 32], int8 alone
  readonly seenOffsets: Uint32Array // [users + 1]
  readonly seenItems: Uint32Array | Uint16Array // ascending within a user
  /** Upper triangle of the sum of y y^T over the item vectors, row by row. [dim (dim + 1) / 2] */
  readonly gram: Float64Array
  readonly userIds: IdArrays
  readonly itemIds: IdArrays
}

/** Strings in UTF-8, one after the other. */
export interface IdArrays {
  readonly text: Uint8Array
  readonly offsets: Uint32Array // [ids + 1]
  /** Places in the order of their bytes, or null where they are in that order already. */
  readonly order: Uint32Array | Uint16Array | null
}

export function roundUp(bytes: number, to: number = ALIGNMENT): number {
  return Math.ceil(bytes / to) * to
}

/** Numbers of a row, or of an item within a tile, as they are held. */
export function rowLength(dim: number, precision: Precision): number {
  return precision === 'int8' ? roundUp(dim, 2) : dim
}
