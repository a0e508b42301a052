import { TILE } from './bundle.ts'
import { BLOCK, type ScanInput, type Scorer } from './scorer.ts'

export interface Best {
  readonly places: Uint32Array
  readonly scores: Float32Array
}

/**
 * The k best items, best first: larger score, then smaller place. One pass over the catalogue with a heap of k; `accept` is asked
 * only of items that would enter the heap.
 */
export function topK(
  scorer: Scorer,
  input: ScanInput,
  { k, items, accept }: { k: number; items: number; accept: (place: number) => boolean },
): Best {
  const size = Math.min(k, items)
  const places = new Uint32Array(size)
  const scores = new Float32Array(size)
  if (size === 0) return { places, scores }
  const tiles = Math.ceil(items / TILE)
  let count = 0
  // the heap's root is the worst kept: the smallest score, of equal ones the largest place
  const worse = (score: number, place: number, n: number) =>
    score < scores[n] || (score === scores[n] && place > places[n])
  const put = (n: number, score: number, place: number) => {
    scores[n] = score
    places[n] = place
  }
  const sink = (score: number, place: number, length: number) => {
    let n = 0
    for (let child = 1; child < length; child = 2 * n + 1) {
      if (child + 1 < length && worse(scores[child + 1], places[child + 1], child)) child++
      if (worse(score, place, child)) break
      put(n, scores[child], places[child])
      n = child
    }
    put(n, score, place)
  }
  const rise = (score: number, place: number) => {
    let n = count++
    while (n > 0) {
      const parent = (n - 1) >> 1
      if (!worse(score, place, parent)) break
      put(n, scores[parent], places[parent])
      n = parent
    }
    put(n, score, place)
  }

  for (let from = 0, block = 4; from < tiles; from += block, block = Math.min(BLOCK, 2 * block)) {
    const found = scorer.scan(
      input,
      from,
      Math.min(tiles, from + block),
      count < size ? -Infinity : scores[0],
    )
    // a filter may ask for recommendations itself, which overwrites what was found
    const foundPlaces = scorer.places.slice(0, found)
    const foundScores = scorer.scores.slice(0, found)
    for (let n = 0; n < found; n++) {
      const place = foundPlaces[n]
      const score = foundScores[n] + 0 // both zeros are one
      // of equal scores the smaller place came first
      if (place >= items || (count === size && !(score > scores[0])) || !accept(place)) continue
      if (count < size) rise(score, place)
      else sink(score, place, size)
    }
  }
  // the worst to the end, again and again
  for (let length = count - 1; length > 0; length--) {
    const score = scores[0]
    const place = places[0]
    sink(scores[length], places[length], length)
    put(length, score, place)
  }
  return { places: places.subarray(0, count), scores: scores.subarray(0, count) }
}
