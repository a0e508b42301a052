import { NO_ITEM } from '@recdistill/core'
import { bestByScore } from './best-by-score.ts'

/** Keeps the first places from deciding alone; the value of the paper. */
const OFFSET = 60

/**
 * One list of several rankings by reciprocal rank fusion: what many rank high comes first.
 *
 *     score(i) = sum over rankings of 1 / (60 + t + 1),   t the position of i; 0 from a ranking that does not hold i
 *
 * Uses positions alone, so models whose scores mean different things can be mixed. Ties: smaller item.
 *
 * @param rankings Best first; a list ends at `NO_ITEM`. One alone is taken as it is.
 * @param out The best items, best first; the places behind stay as they are.
 * @returns How many were written.
 * @see Cormack, Clarke, Buettcher, Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods, SIGIR 2009.
 */
export function fuseRankings(rankings: readonly Uint32Array[], out: Uint32Array): number {
  const scores = new Map<number, number>()
  for (const ranking of rankings)
    for (let t = 0; t < ranking.length && ranking[t] !== NO_ITEM; t++)
      scores.set(ranking[t], (scores.get(ranking[t]) ?? 0) + 1 / (OFFSET + t + 1))
  return bestByScore(Uint32Array.from(scores.keys()), Float32Array.from(scores.values()), out)
}
