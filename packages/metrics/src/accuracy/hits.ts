import { InputError } from '@recdistill/core'

/**
 * Where one user's ranked list met the truth. A metric reads only this, so it costs a few operations a user.
 * The buffers belong to the evaluation and are filled again for the next user.
 */
export interface Hits {
  /** Places of the hits in the list, 0 is best, ascending; the first `count` are valid. */
  readonly positions: ArrayLike<number>
  readonly count: number
  /** Items of the truth, found or not. */
  readonly truth: number
}

/** One user's value at one cut-off. 0 where there is no truth. */
export type UserMetric = (hits: Hits, k: number) => number

/** Hits in the first `k` places. */
export function hitsWithin({ positions, count }: Hits, k: number): number {
  let found = 0
  while (found < count && positions[found] < k) found++
  return found
}

/**
 * The hits of a ranked list, for use without a split: `ndcg(hitsOf([5, 2, 9], new Set([2])), 2)`.
 *
 * @throws InputError when an item of the truth stands twice in the list: it would be found twice.
 */
export function hitsOf(ranked: Iterable<number>, truth: ReadonlySet<number>): Hits {
  const positions: number[] = []
  const found = new Set<number>()
  let place = 0
  for (const item of ranked) {
    if (truth.has(item)) {
      if (found.has(item))
        throw new InputError(`hitsOf: item ${item} stands twice in the list; keep its best place only`)
      found.add(item)
      positions.push(place)
    }
    place++
  }
  return { positions, count: positions.length, truth: truth.size }
}
