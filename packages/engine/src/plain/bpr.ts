import { pullScores } from './pull-scores.ts'
import { scoreLists } from './score-lists.ts'
import type { PlainTable } from './table.ts'

/**
 * Bayesian personalised ranking: a seen item should outscore its unseen partners.
 *
 *     loss = sum over rows of mean over n of softplus(negative - positive)
 *
 * @see Rendle et al., UAI 2009, section 4.1. The regulariser lives in the optimiser here.
 */
export function bpr(
  user: PlainTable,
  item: PlainTable,
  users: Uint32Array,
  positives: Uint32Array,
  negatives: Uint32Array,
  n: number,
): number {
  const rows = users.length
  const positive = new Float64Array(rows)
  const negative = new Float64Array(rows * n)
  scoreLists(user, item, { users, items: positives, k: 1 }, positive)
  scoreLists(user, item, { users, items: negatives, k: n }, negative)
  let loss = 0
  for (let b = 0; b < rows; b++) {
    let mean = 0
    let pull = 0
    for (let j = b * n; j < (b + 1) * n; j++) {
      const margin = negative[j] - positive[b]
      const odds = Math.exp(-Math.abs(margin))
      mean += (Math.max(margin, 0) + Math.log1p(odds)) / n
      negative[j] = (margin > 0 ? 1 / (1 + odds) : odds / (1 + odds)) / n
      pull -= negative[j]
    }
    loss += mean
    positive[b] = pull
  }
  pullScores(user, item, { users, items: positives, k: 1 }, positive)
  pullScores(user, item, { users, items: negatives, k: n }, negative)
  return loss
}
