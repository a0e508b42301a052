import {
  arrayTypes,
  HASH,
  MAGIC,
  PREFIX,
  roundUp,
  rowLength,
  TILE,
  VERSION,
  type ArrayEntry,
  type BundleArray,
  type BundleHeader,
  type BundleParts,
  type IdArrays,
  type Precision,
} from './bundle.ts'
import { ServeError } from './errors.ts'
import { defaultFoldIn } from './fold-in.ts'
import { gramOf } from './gram.ts'
import { packIds } from './ids.ts'
import { roundTo, toHalves, toInt8Rows } from './precision.ts'
import { sha256 } from './sha256.ts'

/**
 * A bundle as bytes; equal parts give equal bytes.
 * @throws ServeError with code `option` when parts do not fit together, ids repeat or a number is not finite.
 */
export function encodeBundle(parts: BundleParts): Uint8Array {
  checkParts(parts)
  const { dim, precision = 'f32', foldIn = defaultFoldIn, meta = {} } = parts
  const { offsets, items } = packSeen(parts)
  const arrays: Record<string, BundleArray> = {
    ...packVectors(parts, precision),
    seenOffsets: offsets,
    seenItems: items,
    gram: gramOf(roundTo(precision, parts.itemVectors, dim), dim),
    ...named('user', packIds('users', parts.users)),
    ...named('item', packIds('items', parts.items)),
  }
  return assemble(
    { users: parts.users.length, items: parts.items.length, dim, precision, foldIn, meta },
    arrays,
  )
}

function named(whose: string, { text, offsets, order }: IdArrays): Record<string, BundleArray> {
  return {
    [`${whose}IdText`]: text,
    [`${whose}IdOffsets`]: offsets,
    ...(order === null ? {} : { [`${whose}IdOrder`]: order }),
  }
}

/** Puts header and arrays into one piece and seals it. */
function assemble(
  header: Omit<BundleHeader, 'arrays'>,
  arrays: Readonly<Record<string, BundleArray>>,
): Uint8Array {
  const entries: ArrayEntry[] = []
  let bytes = 0
  for (const [name, array] of Object.entries(arrays)) {
    entries.push({ name, type: typeOf(array), length: array.length, offset: bytes })
    bytes = roundUp(bytes + array.byteLength)
  }
  const json = new TextEncoder().encode(JSON.stringify({ ...header, arrays: entries }))
  const start = roundUp(PREFIX + json.length)
  const total = start + bytes + HASH
  const out = new Uint8Array(total)
  const view = new DataView(out.buffer)
  for (let n = 0; n < MAGIC.length; n++) out[n] = MAGIC.charCodeAt(n)
  view.setUint32(8, VERSION, true)
  view.setUint32(12, start - PREFIX, true)
  view.setBigUint64(16, BigInt(total), true)
  out.fill(0x20, PREFIX, start)
  out.set(json, PREFIX)
  Object.values(arrays).forEach((array, n) =>
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + entries[n].offset),
  )
  out.set(sha256(out.subarray(0, total - HASH)), total - HASH)
  return out
}

/** By name, for arrays may come from another window. */
function typeOf(array: BundleArray): ArrayEntry['type'] {
  const types = Object.keys(arrayTypes) as ArrayEntry['type'][]
  return types.find((type) => arrayTypes[type].name === array[Symbol.toStringTag])!
}

function packVectors(parts: BundleParts, precision: Precision): Record<string, BundleArray> {
  const { dim, userVectors, itemVectors } = parts
  switch (precision) {
    case 'f32':
      return { userVectors, itemVectors: tiled(itemVectors, dim, 1) }
    case 'f16':
      return { userVectors: toHalves(userVectors), itemVectors: tiled(toHalves(itemVectors), dim, 1) }
    case 'int8': {
      const users = toInt8Rows(userVectors, dim)
      const items = toInt8Rows(itemVectors, dim)
      const itemScales = new Float32Array(roundUp(items.scales.length, TILE))
      itemScales.set(items.scales)
      return {
        userVectors: users.values,
        userScales: users.scales,
        itemVectors: tiled(items.values, dim, 2),
        itemScales,
      }
    }
  }
}

/** Rows [rows, dim] to tiles [rows / 32, dim / run, 32, run], zeros where there are none. */
function tiled<T extends Float32Array | Uint16Array | Int8Array>(rows: T, dim: number, run: number): T {
  const length = rowLength(dim, run === 2 ? 'int8' : 'f32')
  const out = new (rows.constructor as new (length: number) => T)(roundUp(rows.length / dim, TILE) * length)
  for (let row = 0, n = 0; n < rows.length; row++) {
    const tile = (row - (row % TILE)) * length + (row % TILE) * run
    for (let d = 0; d < dim; d++) out[tile + (d - (d % run)) * TILE + (d % run)] = rows[n++]
  }
  return out
}

/** Each user's row ascending, nothing twice. */
function packSeen({ users, items, seen }: BundleParts) {
  const offsets = new Uint32Array(users.length + 1)
  const all = seen?.items ?? new Uint32Array(0)
  const kept = items.length <= 65536 ? new Uint16Array(all.length) : new Uint32Array(all.length)
  let n = 0
  for (let u = 0; u < users.length; u++) {
    const row = seen ? all.slice(seen.offsets[u], seen.offsets[u + 1]).sort() : all
    for (let i = 0; i < row.length; i++) if (i === 0 || row[i] !== row[i - 1]) kept[n++] = row[i]
    offsets[u + 1] = n
  }
  return { offsets, items: kept.slice(0, n) }
}

function checkParts({ users, items, dim, userVectors, itemVectors, precision, seen, foldIn }: BundleParts) {
  const refuse = (problem: string) => new ServeError('option', `encodeBundle.${problem}`)
  if (!Number.isInteger(dim) || dim < 1) throw refuse(`dim: expected an integer >= 1, got ${dim}`)
  if (items.length === 0) throw refuse('items: expected at least one')
  for (const [name, ids, vectors] of [
    ['userVectors', users, userVectors],
    ['itemVectors', items, itemVectors],
  ] as const) {
    if (vectors.length !== ids.length * dim)
      throw refuse(`${name}: expected ${ids.length} x ${dim} numbers, got ${vectors.length}`)
    const wrong = vectors.findIndex(
      (value) => !Number.isFinite(value) || (precision === 'f16' && Math.abs(value) >= 65520),
    )
    if (wrong >= 0)
      throw refuse(
        `${name}: ${vectors[wrong]} at row ${Math.floor(wrong / dim)} is ${Number.isFinite(vectors[wrong]) ? 'too large for f16; use f32 or int8' : 'not a finite number'}`,
      )
  }
  const [user, item] = [largest(userVectors), largest(itemVectors)]
  if (dim * user * item > largestSingle)
    throw refuse(
      `userVectors: with numbers up to ${user}, and items' up to ${item}, scores leave single precision; scale them`,
    )
  if (precision !== undefined && !['f32', 'f16', 'int8'].includes(precision))
    throw refuse(`precision: expected f32, f16 or int8, got ${String(precision)}`)
  if (seen) {
    const { offsets } = seen
    if (
      offsets.length !== users.length + 1 ||
      offsets[0] !== 0 ||
      offsets[users.length] !== seen.items.length
    )
      throw refuse(`seen.offsets: expected ${users.length + 1}, from 0 to the number of items listed`)
    if (offsets.some((offset, u) => u > 0 && offset < offsets[u - 1]))
      throw refuse('seen.offsets: must not fall')
    const wrong = seen.items.find((item) => item >= items.length)
    if (wrong !== undefined) throw refuse(`seen.items: there is no item ${wrong}, there are ${items.length}`)
  }
  for (const name of ['unobserved', 'regularisation'] as const)
    if (foldIn && !(foldIn[name] >= 0 && foldIn[name] < Infinity))
      throw refuse(`foldIn.${name}: expected a number >= 0, got ${foldIn[name]}`)
}

const largestSingle = (2 - 2 ** -23) * 2 ** 127

function largest(vectors: Float32Array): number {
  return vectors.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
}
