import { hitsWithin, type Hits } from './hits.ts'

/**
 * The share of the truth that stands in the first `k` places.
 *
 *     recall@k = hits within k / max(1, |truth|)
 *
 * Divided by the whole truth, not by min(k, |truth|): with more truth than places it stays below 1.
 */
export function recall(hits: Hits, k: number): number {
  return hitsWithin(hits, k) / Math.max(1, hits.truth)
}
