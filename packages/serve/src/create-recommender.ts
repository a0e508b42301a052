import { rowLength, TILE } from './bundle.ts'
import type { Bundle } from './decode.ts'
import { ServeError } from './errors.ts'
import { foldIn } from './fold-in.ts'
import { openIds } from './ids.ts'
import { fromHalves } from './precision.ts'
import type { Recommendation, Recommender, RecommenderInfo, RecommendOptions } from './recommender.ts'
import type { Query, Scorer } from './scorer.ts'
import { topK } from './top-k.ts'

/** Answers out of an opened bundle. */
export function createRecommender({ header, arrays, bytes }: Bundle, scorer: Scorer): Recommender {
  const { dim, precision } = header
  const users = openIds(arrays.userIds)
  const items = openIds(arrays.itemIds)
  const { userVectors, itemVectors, userScales, itemScales, seenOffsets, seenItems } = arrays
  const info: RecommenderInfo = {
    users: users.length,
    items: items.length,
    dim,
    precision,
    bytes,
    simd: scorer.simd,
    foldIn: header.foldIn,
    meta: header.meta,
  }
  let inverseNorms: Float32Array | null = null

  const placeOf = (kind: 'user' | 'item', id: string | number) => {
    const place = (kind === 'user' ? users : items).indexOf(id)
    if (place >= 0) return place
    const hint = kind === 'user' ? '; recommendFor(items) serves users it does not know' : ''
    throw new ServeError(`unknown-${kind}`, `the bundle has no ${kind} "${id}"${hint}`)
  }
  const numbersOf = (vector: Float32Array | Uint16Array | Int8Array): Query =>
    precision === 'f16'
      ? fromHalves(vector as Uint16Array)
      : precision === 'f32'
        ? (vector as Float32Array)
        : Int16Array.from(vector)

  /** An item's numbers, out of its tile; of int8 without their scale. */
  const itemNumbers = (place: number): Query => {
    const run = precision === 'int8' ? 2 : 1
    const tile = (place - (place % TILE)) * rowLength(dim, precision) + (place % TILE) * run
    const vector = itemVectors.slice(0, dim)
    for (let d = 0; d < dim; d++) vector[d] = itemVectors[tile + (d - (d % run)) * TILE + (d % run)]
    return numbersOf(vector)
  }

  const listOf = (ids: Iterable<string>) => {
    if (typeof ids === 'string' || typeof ids?.[Symbol.iterator] !== 'function')
      throw option(
        `expected a list of items, got ${typeof ids === 'string' ? 'a string; put it into [ ]' : typeof ids}`,
      )
    return [...ids]
  }
  const placesOf = (ids: Iterable<string>) => {
    const places = new Set<number>()
    for (const id of listOf(ids)) {
      const place = items.indexOf(id)
      if (place >= 0) places.add(place)
    }
    return places
  }

  const answer = (
    query: Query,
    scales: Float32Array | null,
    factor: number,
    { k = 10, exclude, only, filter }: RecommendOptions,
    excludedByDefault: (place: number) => boolean,
    never = -1,
  ): Recommendation[] => {
    if (!Number.isInteger(k) || k < 0) throw option(`k: expected an integer >= 0, got ${k}`)
    if (filter !== undefined && typeof filter !== 'function')
      throw option(`filter: expected a function, got ${typeof filter}`)
    const given = exclude === undefined ? null : placesOf(exclude)
    const excluded = given ? (place: number) => given.has(place) : excludedByDefault
    const among = only === undefined ? null : placesOf(only)
    const accept = (place: number) =>
      (among === null || among.has(place)) &&
      place !== never &&
      !excluded(place) &&
      (filter === undefined || filter(items.at(place)))
    const best = topK(scorer, { query, scales, factor }, { k, items: items.length, accept })
    return Array.from(best.places, (place, n) => ({ item: items.at(place), score: best.scores[n] }))
  }

  return {
    info,
    users,
    items,
    recommend(user, options = {}) {
      expectKnown(options, common)
      const place = placeOf('user', user)
      const query = numbersOf(userVectors.subarray(place * dim, (place + 1) * dim))
      const hasSeen = (item: number) => isAmong(seenItems, seenOffsets[place], seenOffsets[place + 1], item)
      return answer(query, itemScales, userScales?.[place] ?? 1, options, hasSeen)
    },
    recommendFor(liked, options = {}) {
      expectKnown(options, [...common, 'unobserved', 'regularisation'])
      const given = listOf(liked)
      const places = placesOf(given)
      if (places.size === 0) throw nothingKnown(given)
      const weights = { ...header.foldIn }
      for (const name of ['unobserved', 'regularisation'] as const) {
        const value = options[name] ?? weights[name]
        if (!(value >= 0 && value < Infinity)) throw option(`${name}: expected a number >= 0, got ${value}`)
        weights[name] = value
      }
      const vectors = Array.from(places, (place) => {
        const numbers = itemNumbers(place)
        return itemScales === null
          ? numbers
          : Float64Array.from(numbers, (value) => value * itemScales[place])
      })
      const vector = foldIn(vectors, arrays.gram, items.length, dim, weights)
      const { query, factor } =
        precision === 'int8' ? toWhole(vector) : { query: Float32Array.from(vector), factor: 1 }
      return answer(query, itemScales, factor, options, (place) => places.has(place))
    },
    similar(item, options = {}) {
      expectKnown(options, common)
      const place = placeOf('item', item)
      if (inverseNorms === null) {
        inverseNorms = scorer.makeScales()
        for (let n = 0; n < items.length; n++) {
          inverseNorms[n] = inverseNorm(itemNumbers(n))
        }
      }
      return answer(itemNumbers(place), inverseNorms, inverseNorms[place], options, () => false, place)
    },
    seen(user) {
      const place = placeOf('user', user)
      return Array.from(seenItems.subarray(seenOffsets[place], seenOffsets[place + 1]), items.at)
    },
  }
}

const common = ['k', 'exclude', 'only', 'filter']

/** A list of another length than was asked for would look like an answer. */
function expectKnown(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw option(`expected options such as { k: 20 }, got ${String(options)}`)
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw option(`no option "${unknown}"; there are ${known.join(', ')}`)
}

function option(problem: string): ServeError {
  return new ServeError('option', `recommend: ${problem}`)
}

/** No list would look like one of which all was left out; ids that are all unknown are often spelt as another system has them. */
function nothingKnown(liked: readonly string[]): ServeError {
  return liked.length === 0
    ? new ServeError('option', 'recommendFor: expected at least one item, got none')
    : new ServeError('unknown-item', `the bundle has none of these items, e.g. not "${liked[0]}"`)
}

/** The vector over its scale, in as many steps as sums of products with int8 rows leave room for. */
function toWhole(vector: Float64Array): { query: Int16Array; factor: number } {
  const most = Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * vector.length)))
  const top = vector.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  const factor = Math.fround(top / most)
  const query = Int16Array.from(vector, (value) =>
    factor > 0 ? Math.max(-most, Math.min(most, Math.round(value / factor))) : 0,
  )
  return { query, factor }
}

/** 0 for what is as good as zero, since single precision, in which it is held, would make it infinite. */
function inverseNorm(vector: Query): number {
  let squares = 0
  for (let d = 0; d < vector.length; d++) squares += vector[d] * vector[d]
  return squares > 1e-76 ? 1 / Math.sqrt(squares) : 0
}

/** Whether `item` stands among ascending ones. */
function isAmong(ascending: ArrayLike<number>, low: number, high: number, item: number): boolean {
  const end = high
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle] < item) low = middle + 1
    else high = middle
  }
  return low < end && ascending[low] === item
}
