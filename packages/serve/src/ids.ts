import type { IdArrays } from './bundle.ts'
import { ServeError } from './errors.ts'

/** Ids as the outside calls them, read from the bundle's bytes: nothing is copied, a search takes log2(length) comparisons. */
export interface Ids extends Iterable<string> {
  readonly length: number
  /** The id at a place; a place that does not exist is a RangeError. */
  at(place: number): string
  /** The place of an id, or -1. A number is looked up as it prints. */
  indexOf(id: string | number): number
  has(id: string | number): boolean
}

// ignoreBOM: an id may begin with the character that marks byte order
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

export function openIds({ text, offsets, order }: IdArrays): Ids {
  const length = offsets.length - 1
  const at = (place: number) => {
    if (!Number.isInteger(place) || place < 0 || place >= length)
      throw new RangeError(`ids: expected a place of 0 to ${length - 1}, got ${place}`)
    return decoder.decode(text.subarray(offsets[place], offsets[place + 1]))
  }
  const indexOf = (id: string | number) => {
    const wanted = encoder.encode(String(id))
    let low = 0
    let high = length
    while (low < high) {
      const middle = (low + high) >>> 1
      const place = order === null ? middle : order[middle]
      const difference = compare(text, offsets[place], offsets[place + 1], wanted, 0, wanted.length)
      if (difference === 0) return at(place) === String(id) ? place : -1 // a lone surrogate is encoded as another character
      if (difference < 0) low = middle + 1
      else high = middle
    }
    return -1
  }
  return {
    length,
    at,
    indexOf,
    has: (id) => indexOf(id) >= 0,
    *[Symbol.iterator]() {
      for (let place = 0; place < length; place++) yield at(place)
    },
  }
}

/** @throws ServeError when an id stands twice, or is no text. */
export function packIds(what: string, ids: readonly string[]): IdArrays {
  const refuse = (problem: string) => new ServeError('option', `encodeBundle.${what}: ${problem}`)
  const offsets = new Uint32Array(ids.length + 1)
  const parts: Uint8Array[] = []
  let bytes = 0
  for (let n = 0; n < ids.length; n++) {
    const id: unknown = ids[n]
    if (typeof id !== 'string') throw refuse(`expected strings, got ${typeof id} at place ${n}`)
    const part = encoder.encode(id)
    if (decoder.decode(part) !== id)
      throw refuse(`the id at place ${n} holds half of a surrogate pair, which no file of text can`)
    parts.push(part)
    bytes += part.length
    if (bytes >= 2 ** 32) throw refuse('together they are longer than 4 GiB')
    offsets[n + 1] = bytes
  }
  const text = new Uint8Array(bytes)
  parts.forEach((part, n) => text.set(part, offsets[n]))
  const between = (x: number, y: number) =>
    compare(text, offsets[x], offsets[x + 1], text, offsets[y], offsets[y + 1])
  let sorted = true
  for (let n = 1; n < ids.length; n++) sorted &&= between(n - 1, n) < 0
  if (sorted) return { text, offsets, order: null }
  const places = ids.length <= 65536 ? new Uint16Array(ids.length) : new Uint32Array(ids.length)
  const order = places.map((_, n) => n).sort(between)
  for (let n = 1; n < ids.length; n++)
    if (between(order[n - 1], order[n]) === 0) throw refuse(`"${ids[order[n]]}" stands there twice`)
  return { text, offsets, order }
}

/** By bytes: negative when a is before b. */
function compare(a: Uint8Array, i: number, iEnd: number, b: Uint8Array, j: number, jEnd: number): number {
  for (; i < iEnd && j < jEnd; i++, j++) if (a[i] !== b[j]) return a[i] - b[j]
  return iEnd - i - (jEnd - j)
}
