import { hitsWithin, type Hits } from './hits.ts'

/**
 * Average precision at the places of the hits.
 *
 *     map@k = (1 / min(k, max(1, |truth|))) sum over hits within k of (hits so far / 1-based rank)
 *
 * Divided by the most hits that `k` places can hold, so that a perfect list has 1.
 */
export function map(hits: Hits, k: number): number {
  const found = hitsWithin(hits, k)
  let sum = 0
  for (let n = 0; n < found; n++) sum += (n + 1) / (hits.positions[n] + 1)
  return sum / Math.min(k, Math.max(1, hits.truth))
}
