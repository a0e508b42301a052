import type { Model } from '@recdistill/plugin'

/** Bytes of item vectors that stay in a core's cache while the vectors of all users meet them. */
const pieceBytes = 2 ** 18

/** A model's scores of all items for some users, the same numbers as `scoresOf` gives for each of them. [users, items] */
export function catalogueScores(model: Model, users: Uint32Array): Float32Array {
  const { numItems, dim } = model
  const scores = new Float32Array(users.length * numItems)
  const longest = dim > 0 ? Math.max(64, Math.floor(pieceBytes / (4 * dim))) : numItems
  for (let first = 0; first < numItems; first += longest) {
    const length = Math.min(longest, numItems - first)
    const items = new Uint32Array(users.length * length)
    for (let item = 0; item < length; item++) items[item] = first + item
    for (let row = 1; row < users.length; row++) items.copyWithin(row * length, 0, length)
    const piece = model.scoresOf(users, items, length)
    for (let row = 0; row < users.length; row++)
      scores.set(piece.subarray(row * length, (row + 1) * length), row * numItems + first)
  }
  return scores
}
