import { NO_ITEM, NumericError } from '@recdistill/core'

/**
 * The best places of one row of scores, best first: larger score first, then smaller item. What `excluded` (ascending)
 * holds is left out; places without an item hold `NO_ITEM` and `-Infinity`.
 * @param items Receives the ids; its length says how many. [k]
 * @param by Receives their scores. [k]
 * @throws NumericError for NaN.
 */
export function topOfRow(
  scores: Float32Array,
  excluded: Uint32Array,
  items: Uint32Array,
  by: Float32Array,
): void {
  const k = items.length
  let size = 0
  let next = 0 // of the excluded ones
  // A heap with the worst of the best at its root. Items come in order of id, so an equal score never displaces one.
  const worse = (a: number, b: number) => by[a] < by[b] || (by[a] === by[b] && items[a] > items[b])
  const swap = (a: number, b: number) => {
    const [item, score] = [items[a], by[a]]
    items[a] = items[b]
    by[a] = by[b]
    items[b] = item
    by[b] = score
  }
  const sink = (from: number, end: number) => {
    for (let at = from; ;) {
      let worst = at
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < end && worse(child, worst)) worst = child
      if (worst === at) return
      swap(at, worst)
      at = worst
    }
  }
  const nan = (item: number) => new NumericError(`rank: the score of item ${item} is NaN`)
  let item = 0
  for (; item < scores.length && size < k; item++) {
    if (excluded[next] === item) {
      next++
      continue
    }
    if (Number.isNaN(scores[item])) throw nan(item)
    items[size] = item
    by[size++] = scores[item]
  }
  if (size === k) for (let at = (k >> 1) - 1; at >= 0; at--) sink(at, k)
  // Nearly every item that is left falls short of the worst of the best: from one excluded item to the next, one comparison each.
  let worst = k > 0 ? by[0] : Infinity
  while (item < scores.length) {
    const end = next < excluded.length ? Math.min(excluded[next++], scores.length) : scores.length
    for (; item < end; item++) {
      const score = scores[item]
      if (score <= worst) continue
      if (Number.isNaN(score)) throw nan(item)
      items[0] = item
      by[0] = score
      sink(0, k)
      worst = by[0]
    }
    item++
  }
  if (size < k) for (let at = (size >> 1) - 1; at >= 0; at--) sink(at, size)
  for (let end = size - 1; end > 0; end--) {
    swap(0, end)
    sink(0, end)
  }
  items.fill(NO_ITEM, size)
  by.fill(-Infinity, size)
}

/**
 * Positions (0 is best) of given items in the order of `topOfRow`; `NO_ITEM` for padding. One pass over the row, whatever
 * the number of items.
 */
export function positionsInRow(
  scores: Float32Array,
  excluded: Uint32Array,
  items: Uint32Array,
  out: Uint32Array,
): void {
  const given = [...items.keys()].filter((n) => items[n] !== NO_ITEM)
  given.sort((a, b) => scores[items[b]] - scores[items[a]] || items[a] - items[b])
  const beats = (item: number, other: number) =>
    scores[item] > scores[other] || (scores[item] === scores[other] && item < other)
  // passed[p]: how many items are better than the p-th of the given ones and not better than the one before
  const passed = new Uint32Array(given.length + 1)
  let next = 0
  for (let item = 0; item < scores.length; item++) {
    if (next < excluded.length && excluded[next] === item) {
      next++
      continue
    }
    if (scores[item] !== scores[item]) throw new NumericError(`positions: the score of item ${item} is NaN`)
    let low = 0
    let high = given.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (beats(item, items[given[middle]])) high = middle
      else low = middle + 1
    }
    passed[low]++
  }
  out.fill(NO_ITEM)
  let position = 0
  given.forEach((n, place) => (out[n] = position += passed[place]))
}
