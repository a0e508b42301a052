import type { Hits } from './hits.ts'

/**
 * Hit rate: whether anything of the truth stands in the first `k` places.
 *
 *     hr@k = 1 if hits within k > 0, else 0
 */
export function hr({ positions, count }: Hits, k: number): number {
  return count > 0 && positions[0] < k ? 1 : 0
}
