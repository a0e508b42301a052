import { NO_ITEM, NumericError, rowOf, type Csr } from '@recdistill/core'
import type { Backbone } from '@recdistill/plugin'

/** All items but a user's row of `exclude` and its `k` in `items`. */
export interface Background {
  readonly items: { readonly items: Uint32Array; readonly k: number }
  readonly exclude: Csr
  readonly clamp: number | null
}

/** Scores held at a time where a backbone has no kernel of its own. */
const blockSize = 2 ** 22

/**
 * Log of the sum of e^score over the background of each user. [users]
 * @throws NumericError when a score is NaN.
 */
export function backgroundOf(model: Backbone, users: Uint32Array, background: Background): Float32Array {
  const { items, exclude, clamp } = background
  if (model.backgroundOf) return model.backgroundOf(users, items.items, items.k, exclude, clamp).slice()
  const out = new Float32Array(users.length)
  inBlocks(model, users, background, ({ scores, outside, rows, first }) => {
    for (let row = 0; row < rows; row++) {
      let highest = -Infinity
      let sum = 0
      for (let n = row * model.numItems; n < (row + 1) * model.numItems; n++) {
        const value = clamped(scores[n], clamp)
        if (outside[n] || value === -Infinity) continue
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
  inBlocks(model, users, background, ({ scores, outside, rows, first, catalogue }) => {
    const pulled = scores.map((score, n) => {
      const row = first + Math.floor(n / model.numItems)
      // minus infinity: no background, or no score above it
      if (outside[n] || value[row] === -Infinity || (clamp !== null && Math.abs(score) > clamp)) return 0
      return grad[row] * Math.exp(score - value[row])
    })
    model.pullScores(users.subarray(first, first + rows), catalogue, model.numItems, pulled)
  })
}

/** Scores of the whole catalogue for some of the users. */
interface Block {
  readonly scores: Float32Array // [rows, items]
  /** 1 where an item is not of the background. [rows, items] */
  readonly outside: Uint8Array
  readonly rows: number
  /** The first of its users. */
  readonly first: number
  readonly catalogue: Uint32Array // [rows, items]
}

/** @throws NumericError where a score is NaN, of a listed item or not. */
function inBlocks(
  model: Backbone,
  users: Uint32Array,
  { items: { items, k }, exclude }: Background,
  visit: (block: Block) => void,
): void {
  const { numItems } = model
  const perBlock = Math.min(users.length, Math.max(1, Math.floor(blockSize / numItems)))
  const everything = Uint32Array.from({ length: perBlock * numItems }, (_, n) => n % numItems)
  const marks = new Uint8Array(perBlock * numItems)
  for (let first = 0; first < users.length; first += perBlock) {
    const block = users.subarray(first, first + perBlock)
    const catalogue = everything.subarray(0, block.length * numItems)
    const tensor = model.scores(block, catalogue, numItems)
    const scores = tensor.dataSync<'float32'>().slice()
    tensor.dispose()
    const wrong = scores.findIndex(Number.isNaN)
    if (wrong >= 0)
      throw new NumericError(
        `the score of user ${block[Math.floor(wrong / numItems)]} and item ${wrong % numItems} is NaN`,
      )
    const outside = marks.subarray(0, scores.length).fill(0)
    block.forEach((user, row) => {
      for (const item of rowOf(exclude, user)) outside[row * numItems + item] = 1
      for (const item of items.subarray((first + row) * k, (first + row + 1) * k))
        if (item !== NO_ITEM) outside[row * numItems + item] = 1
    })
    visit({ scores, outside, rows: block.length, first, catalogue })
  }
}

function clamped(score: number, clamp: number | null): number {
  return clamp === null ? score : Math.max(-clamp, Math.min(clamp, score))
}
