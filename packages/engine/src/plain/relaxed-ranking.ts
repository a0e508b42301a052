import { NO_ITEM } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { pullScores } from './pull-scores.ts'
import { scoreLists } from './score-lists.ts'
import type { PlainTable } from './table.ts'

/** Relaxed ranking of each listed row against its background, with the gradient pulled to the tables. */
export function relaxedRanking(
  user: PlainTable,
  item: PlainTable,
  listed: ListRows,
  background: ListRows,
  weights: Float32Array,
  scoreCap: number | null,
  scale: number,
): number {
  const a = new Float64Array(listed.items.length)
  const b = new Float64Array(background.items.length)
  scoreLists(user, item, listed, a)
  scoreLists(user, item, background, b)
  let loss = 0
  for (let row = 0; row < listed.users.length; row++) {
    const [i, j] = [row * listed.k, row * background.k]
    const aRow = a.subarray(i, i + listed.k)
    const bRow = b.subarray(j, j + background.k)
    const aItems = listed.items.subarray(i, i + listed.k)
    const bItems = background.items.subarray(j, j + background.k)
    loss += weights[row] * relaxedRankingRow(aRow, aItems, bRow, bItems, scoreCap ?? Infinity)
    for (let n = 0; n < aRow.length; n++) aRow[n] *= weights[row] * scale
    for (let n = 0; n < bRow.length; n++) bRow[n] *= weights[row] * scale
  }
  pullScores(user, item, listed, a)
  pullScores(user, item, background, b)
  return loss
}

/**
 * One row: listed scores a, best first, background scores b, D_k = sum of exp(a_m) for m >= k + sum of exp(b_l),
 *
 *     loss = sum over k of log D_k - a_k
 *     d loss / d a_m = -1 + sum over k <= m of exp(a_m) / D_k,   d loss / d b_l = sum over k of exp(b_l) / D_k
 *
 * Scores above `cap` count as `cap`, with no gradient above and half of it at equality. The gradient replaces the
 * scores. (Spec K3; padding takes no part.)
 */
function relaxedRankingRow(
  a: Float64Array,
  aItems: Uint32Array,
  b: Float64Array,
  bItems: Uint32Array,
  cap: number,
): number {
  const slope = (score: number) => (score < cap ? 1 : score > cap ? 0 : 0.5)
  const logD = new Float64Array(a.length)
  let tail = -Infinity
  for (let l = 0; l < b.length; l++) if (bItems[l] !== NO_ITEM) tail = logAddExp(tail, Math.min(b[l], cap))
  let loss = 0
  for (let k = a.length - 1; k >= 0; k--) {
    if (aItems[k] === NO_ITEM) continue
    const score = Math.min(a[k], cap)
    tail = logAddExp(tail, score)
    logD[k] = tail
    loss += tail - score
  }
  // total = sum over k so far of D_last / D_k, where log D falls with k: never above the number of terms
  let total = 0
  let last = 0
  for (let m = 0; m < a.length; m++) {
    if (aItems[m] === NO_ITEM) continue
    total = (total === 0 ? 0 : total * Math.exp(logD[m] - last)) + 1
    last = logD[m]
    a[m] = slope(a[m]) * (Math.exp(Math.min(a[m], cap) - last) * total - 1)
  }
  for (let l = 0; l < b.length; l++)
    if (bItems[l] !== NO_ITEM)
      b[l] = total === 0 ? 0 : slope(b[l]) * Math.exp(Math.min(b[l], cap) - last) * total
  return loss
}

function logAddExp(x: number, y: number): number {
  const top = Math.max(x, y)
  return top === -Infinity ? top : top + Math.log1p(Math.exp(Math.min(x, y) - top))
}
