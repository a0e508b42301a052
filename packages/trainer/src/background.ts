import { NO_ITEM, rowOf, type Csr } from '@recdistill/core'
import type { Backbone } from '@recdistill/plugin'

/** All items but a user's row of `exclude` and its `k` in `items`. */
export interface Background {
  readonly items: { readonly items: Uint32Array; readonly k: number }
  readonly exclude: Csr
  readonly clamp: number | null
}

/** Scores held at a time where a backbone has no kernel of its own. */
const blockSize = 2 ** 22

/** Log of the sum of e^score over the background of each user. [users] */
export function backgroundOf(model: Backbone, users: Uint32Array, background: Background): Float32Array {
  const { items, exclude, clamp } = background
  if (model.backgroundOf) return model.backgroundOf(users, items.items, items.k, exclude, clamp).slice()
  const out = new Float32Array(users.length)
  inBlocks(model, users, background, (scores, rows, first) => {
    for (let row = 0; row < rows; row++) {
      let highest = -Infinity
      let sum = 0
      for (const score of scores.subarray(row * model.numItems, (row + 1) * model.numItems)) {
        if (Number.isNaN(score)) continue
        const value = clamped(score, clamp)
        if (value > highest) sum = sum * Math.exp(highest - value) + 1
        else sum += Math.exp(value - highest)
        highest = Math.max(highest, value)
      }
      out[first + row] = highest + Math.log(sum)
    }
  })
  return out
}

/** Adds d loss / d background; `value` is what `backgroundOf` returned. */
export function pullBackground(
  model: Backbone,
  users: Uint32Array,
  background: Background,
  grad: Float32Array,
  value: Float32Array,
): void {
  const { items, exclude, clamp } = background
  if (model.pullBackground) {
    model.pullBackground(users, items.items, items.k, exclude, clamp, grad, value)
    return
  }
  inBlocks(model, users, background, (scores, rows, first, catalogue) => {
    const pulled = scores.map((score, n) => {
      const row = first + Math.floor(n / model.numItems)
      const outside = Number.isNaN(score) || (clamp !== null && Math.abs(score) > clamp)
      return outside ? 0 : grad[row] * Math.exp(score - value[row])
    })
    model.pullScores(users.subarray(first, first + rows), catalogue, model.numItems, pulled)
  })
}

/** Scores of the whole catalogue, some users at a time; NaN where an item is not of the background. */
function inBlocks(
  model: Backbone,
  users: Uint32Array,
  { items: { items, k }, exclude }: Background,
  visit: (scores: Float32Array, rows: number, first: number, catalogue: Uint32Array) => void,
): void {
  const { numItems } = model
  const perBlock = Math.max(1, Math.floor(blockSize / numItems))
  for (let first = 0; first < users.length; first += perBlock) {
    const block = users.subarray(first, first + perBlock)
    const catalogue = Uint32Array.from({ length: block.length * numItems }, (_, n) => n % numItems)
    const scores = model.scoresOf(block, catalogue, numItems).slice()
    block.forEach((user, row) => {
      for (const item of rowOf(exclude, user)) scores[row * numItems + item] = NaN
      for (const item of items.subarray((first + row) * k, (first + row + 1) * k))
        if (item !== NO_ITEM) scores[row * numItems + item] = NaN
    })
    visit(scores, block.length, first, catalogue)
  }
}

function clamped(score: number, clamp: number | null): number {
  return clamp === null ? score : Math.max(-clamp, Math.min(clamp, score))
}
