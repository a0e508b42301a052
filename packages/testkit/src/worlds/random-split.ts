import { createRng, type Split } from '@recdistill/core'
import { splitOf } from './split-of.ts'

/**
 * Interactions without any structure but popularity: item i is drawn with weight 1 / (i + 1). Rows have `minPerUser` to
 * `maxPerUser` distinct items, divided 8 : 1 : 1 in random order; small rows may leave `valid` or `test` empty, and rare
 * items may be cold.
 */
export function randomSplit({
  users,
  items,
  seed,
  minPerUser = 1,
  maxPerUser = Math.min(20, items >> 1),
}: {
  users: number
  items: number
  seed: number
  minPerUser?: number
  maxPerUser?: number
}): Split {
  const rng = createRng(seed)
  const cumulative = cumulativeWeights(items)
  const rows = Array.from({ length: users }, () => {
    const size = minPerUser + rng.int(Math.max(1, maxPerUser - minPerUser + 1))
    const row = new Set<number>()
    while (row.size < Math.min(size, items)) row.add(drawFrom(cumulative, rng.float()))
    return [...row]
  })
  const cut = (row: readonly number[], share: number) => Math.ceil(row.length * share)
  return splitOf(items, {
    train: rows.map((row) => row.slice(0, cut(row, 0.8))),
    valid: rows.map((row) => row.slice(cut(row, 0.8), cut(row, 0.9))),
    test: rows.map((row) => row.slice(cut(row, 0.9))),
    name: `random, seed ${seed}`,
  })
}

function cumulativeWeights(items: number): Float64Array {
  const sums = new Float64Array(items)
  let sum = 0
  for (let i = 0; i < items; i++) sums[i] = sum += 1 / (i + 1)
  return sums
}

function drawFrom(cumulative: Float64Array, uniform: number): number {
  const target = uniform * cumulative[cumulative.length - 1]
  const found = cumulative.findIndex((sum) => sum > target)
  return found < 0 ? cumulative.length - 1 : found
}
