import type { Hits } from './hits.ts'

/**
 * Reciprocal rank of the first hit.
 *
 *     mrr@k = 1 / (1-based rank of the first hit) if it is within k, else 0
 */
export function mrr({ positions, count }: Hits, k: number): number {
  return count > 0 && positions[0] < k ? 1 / (positions[0] + 1) : 0
}
