import { InputError } from '@recdistill/core'

/** Sorted in three rounds of eleven bits. */
const digits = 2048
const counts = new Uint32Array(3 * digits)
let keys = new Uint32Array(0)
let order = new Uint32Array(0)
let otherKeys = new Uint32Array(0)
let otherOrder = new Uint32Array(0)
const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/**
 * `out[t]` is the position (0 is best) that entry t of a list has when the list is sorted by score: larger first, among equal
 * scores the smaller item, and without `items` the earlier entry. Linear in the list's length, so a whole catalogue will do.
 *
 * @param scores At least `out.length`.
 * @throws InputError when a score is NaN, or scores or items are fewer than places.
 */
export function rankWithin(
  scores: Float32Array,
  out: Uint32Array,
  { items = null }: { items?: Uint32Array | null } = {},
): void {
  const n = out.length
  if (scores.length < n || (items !== null && items.length < n))
    throw new InputError(
      `rankWithin: expected ${n} scores${items === null ? '' : ' and items'}, as many as out has places, got ${scores.length}${items === null ? '' : ` and ${items.length}`}`,
    )
  if (order.length < n) {
    keys = new Uint32Array(n)
    order = new Uint32Array(n)
    otherKeys = new Uint32Array(n)
    otherOrder = new Uint32Array(n)
  }
  counts.fill(0)
  for (let t = 0; t < n; t++) {
    const score = scores[t]
    if (score !== score) throw new InputError(`rankWithin: score ${t} is not a number`)
    float[0] = score + 0 // -0 and 0 are equal
    // Descending scores as ascending whole numbers: all bits turned for the positive, all but the sign for the negative.
    const key = bits[0] ^ (bits[0] >>> 31 ? 0 : 0x7fffffff)
    keys[t] = key
    counts[key & 2047]++
    counts[digits + ((key >>> 11) & 2047)]++
    counts[2 * digits + (key >>> 22)]++
  }
  for (let digit = 0; digit < 3; digit++) sumBefore(digit * digits)
  for (let t = 0; t < n; t++) {
    const place = counts[keys[t] & 2047]++
    otherKeys[place] = keys[t]
    otherOrder[place] = t
  }
  // keys move along with what they order: looked up, they would be all over the memory
  for (let from = 0; from < n; from++) {
    const key = otherKeys[from]
    const place = counts[digits + ((key >>> 11) & 2047)]++
    keys[place] = key
    order[place] = otherOrder[from]
  }
  if (items === null) {
    for (let from = 0; from < n; from++) out[order[from]] = counts[2 * digits + (keys[from] >>> 22)]++
    return
  }
  for (let from = 0; from < n; from++) {
    const key = keys[from]
    const place = counts[2 * digits + (key >>> 22)]++
    otherKeys[place] = key
    otherOrder[place] = order[from]
  }
  sortTies(items, n)
  for (let place = 0; place < n; place++) out[otherOrder[place]] = place
}

/** Counts of a digit become the places where its entries begin. */
function sumBefore(first: number): void {
  let sum = 0
  for (let d = first; d < first + digits; d++) {
    const count = counts[d]
    counts[d] = sum
    sum += count
  }
}

/** Equal scores are rare but for models that know nothing yet: runs of them are sorted by item. */
function sortTies(items: Uint32Array, n: number): void {
  for (let begin = 0; begin < n;) {
    const key = otherKeys[begin]
    let end = begin + 1
    while (end < n && otherKeys[end] === key) end++
    if (end > begin + 1) otherOrder.subarray(begin, end).sort((a, b) => items[a] - items[b])
    begin = end
  }
}
