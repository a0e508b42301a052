import { hitsWithin, type Hits } from './hits.ts'

/**
 * The share of the first `k` places that hold truth.
 *
 *     precision@k = hits within k / k
 *
 * Divided by `k` also where the list is shorter.
 */
export function precision(hits: Hits, k: number): number {
  return hitsWithin(hits, k) / k
}
