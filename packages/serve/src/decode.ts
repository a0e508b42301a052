import {
  ALIGNMENT,
  arrayTypes,
  HASH,
  PREFIX,
  roundUp,
  rowLength,
  TILE,
  VERSION,
  type BundleArray,
  type BundleArrays,
  type BundleHeader,
  type IdArrays,
} from './bundle.ts'
import { ServeError } from './errors.ts'
import { sha256 } from './sha256.ts'

export interface Bundle {
  readonly header: BundleHeader
  readonly arrays: BundleArrays
  readonly bytes: number
}

/** What the first bytes say of the length of the whole, 0 where they are too few. */
export function declaredLength(bytes: Uint8Array): number {
  if (bytes.length < PREFIX) return 0
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(16, true))
}

/**
 * Checks all bytes behind the magic, which begin at a multiple of 8 of their buffer, and reads what they say of themselves.
 * @throws ServeError with code `bundle` when they are not a whole, unaltered bundle of this version.
 */
export function checkBundle(bytes: Uint8Array): BundleHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < PREFIX + HASH) throw cutShort(bytes.length, `at least ${PREFIX + HASH}`)
  const version = view.getUint32(8, true)
  if (version !== VERSION)
    throw refuse(
      `written in format ${version}, this version reads ${VERSION}; use the @recdistill/serve of the recdistill that wrote it, or export again`,
    )
  const total = view.getBigUint64(16, true)
  if (BigInt(bytes.length) < total) throw cutShort(bytes.length, String(total))
  if (BigInt(bytes.length) > total)
    throw refuse(`${bytes.length - Number(total)} bytes stand behind its end; get the file again`)
  const end = bytes.length - HASH
  const hash = sha256(bytes.subarray(0, end))
  if (hash.some((byte, n) => byte !== bytes[end + n]))
    throw refuse('checksum does not match: the file was altered or damaged; get it again, or export again')
  const start = PREFIX + view.getUint32(12, true)
  if (start > end || start % ALIGNMENT !== 0) throw damaged('header length')
  const header = parseHeader(bytes.subarray(PREFIX, start))
  checkContents(readBundle(header, bytes))
  return header
}

/** The arrays of a checked bundle, in place. */
export function readBundle(header: BundleHeader, bytes: Uint8Array): Bundle {
  const start = PREFIX + new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true)
  return { header, arrays: readArrays(header, bytes.subarray(start, -HASH)), bytes: bytes.length }
}

function refuse(problem: string): ServeError {
  return new ServeError('bundle', `bundle: ${problem}`)
}

function cutShort(has: number, of: string): ServeError {
  return refuse(`cut short: has ${has} of ${of} bytes; get the file again`)
}

/** The checksum is right and the content is not: whoever wrote it does not keep to the format. */
function damaged(what: string): ServeError {
  return refuse(`the ${what} is not as this format has it; export again with recdistill`)
}

function parseHeader(bytes: Uint8Array): BundleHeader {
  let header: BundleHeader
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as BundleHeader
  } catch (cause) {
    throw new ServeError('bundle', damaged('header').message, { cause })
  }
  const whole = (value: unknown, least: number) => Number.isSafeInteger(value) && (value as number) >= least
  const weight = (value: unknown) => Number.isFinite(value) && (value as number) >= 0
  if (
    !isObject(header) ||
    !whole(header.users, 0) ||
    !whole(header.items, 1) ||
    !whole(header.dim, 1) ||
    !['f32', 'f16', 'int8'].includes(header.precision) ||
    !isObject(header.foldIn) ||
    !weight(header.foldIn.unobserved) ||
    !weight(header.foldIn.regularisation) ||
    !isObject(header.meta) ||
    !Array.isArray(header.arrays)
  )
    throw damaged('header')
  return header
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readArrays(header: BundleHeader, data: Uint8Array): BundleArrays {
  const { users, items, dim, precision } = header
  const take = (name: string, types: readonly string[], length?: number): BundleArray => {
    const entry = header.arrays.find((each) => isObject(each) && each.name === name)
    const wrong = () => damaged(`array "${name}"`)
    if (!entry || !types.includes(entry.type)) throw wrong()
    const { offset } = entry
    const type = arrayTypes[entry.type]
    if (length !== undefined && entry.length !== length) throw wrong()
    if (!Number.isSafeInteger(entry.length) || entry.length < 0) throw wrong()
    if (!Number.isSafeInteger(offset) || offset < 0 || offset % ALIGNMENT !== 0) throw wrong()
    if (offset + entry.length * type.BYTES_PER_ELEMENT > data.length) throw wrong()
    return new type(data.buffer as ArrayBuffer, data.byteOffset + offset, entry.length)
  }
  const numbers = { f32: 'f32', f16: 'u16', int8: 'i8' }[precision]
  const padded = roundUp(items, TILE)
  const scaled = precision === 'int8'
  return {
    userVectors: take('userVectors', [numbers], users * dim),
    itemVectors: take('itemVectors', [numbers], padded * rowLength(dim, precision)),
    userScales: scaled ? take('userScales', ['f32'], users) : null,
    itemScales: scaled ? take('itemScales', ['f32'], padded) : null,
    seenOffsets: take('seenOffsets', ['u32'], users + 1),
    seenItems: take('seenItems', ['u16', 'u32']),
    gram: take('gram', ['f64'], (dim * (dim + 1)) / 2),
    userIds: takeIds('user', users),
    itemIds: takeIds('item', items),
  } as BundleArrays

  function takeIds(whose: string, count: number): IdArrays {
    const text = take(`${whose}IdText`, ['u8']) as Uint8Array
    const offsets = take(`${whose}IdOffsets`, ['u32'], count + 1) as Uint32Array
    const ordered = header.arrays.some((each) => isObject(each) && each.name === `${whose}IdOrder`)
    const order = ordered ? (take(`${whose}IdOrder`, ['u16', 'u32'], count) as IdArrays['order']) : null
    return { text, offsets, order }
  }
}

/** What the lengths of arrays do not say: every place that one array says of another is there. */
function checkContents({ header, arrays }: Bundle): void {
  const { users, items } = header
  checkOffsets('seenOffsets', arrays.seenOffsets, arrays.seenItems.length)
  checkPlaces('seenItems', arrays.seenItems, items)
  for (const [whose, ids, count] of [
    ['user', arrays.userIds, users],
    ['item', arrays.itemIds, items],
  ] as const) {
    checkOffsets(`${whose}IdOffsets`, ids.offsets, ids.text.length)
    if (ids.order !== null) checkPlaces(`${whose}IdOrder`, ids.order, count)
    try {
      // in pieces, so that no copy of all text is made
      const decoder = new TextDecoder('utf-8', { fatal: true })
      for (let n = 0; n < count; n += 256)
        decoder.decode(ids.text.subarray(ids.offsets[n], ids.offsets[Math.min(count, n + 256)]))
    } catch {
      throw damaged(`array "${whose}IdText"`)
    }
  }
}

function checkOffsets(name: string, offsets: Uint32Array, end: number): void {
  let wrong = offsets[0] !== 0 || offsets[offsets.length - 1] !== end
  for (let n = 1; n < offsets.length; n++) wrong ||= offsets[n] < offsets[n - 1]
  if (wrong) throw damaged(`array "${name}"`)
}

function checkPlaces(name: string, places: Uint32Array | Uint16Array, count: number): void {
  for (let n = 0; n < places.length; n++) if (places[n] >= count) throw damaged(`array "${name}"`)
}
