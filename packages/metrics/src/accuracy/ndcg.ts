import { hitsWithin, type Hits } from './hits.ts'

/**
 * Discounted gain with relevance 0 or 1, against the best that the truth allows.
 *
 *     ndcg@k = sum over hits within k of 1 / log2(place + 2)
 *              / sum over places 0 .. min(k, max(1, |truth|)) - 1 of 1 / log2(place + 2)
 *
 * `place` is 0-based. With one item of truth this is ln 2 / ln(rank + 1) of the leave-one-out papers.
 * @see Järvelin and Kekäläinen, TOIS 2002
 */
export function ndcg(hits: Hits, k: number): number {
  const found = hitsWithin(hits, k)
  if (found === 0) return 0
  let gain = 0
  for (let n = 0; n < found; n++) gain += discount(hits.positions[n])
  return gain / ideal(Math.min(k, Math.max(1, hits.truth)))
}

const discounts: number[] = []
/** ideals[n] is the sum of the first n discounts. */
const ideals: number[] = [0]

function discount(place: number): number {
  for (let n = discounts.length; n <= place; n++) discounts.push(1 / Math.log2(n + 2))
  return discounts[place]
}

function ideal(places: number): number {
  for (let n = ideals.length; n <= places; n++) ideals.push(ideals[n - 1] + discount(n - 1))
  return ideals[places]
}
