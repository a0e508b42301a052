import { differences } from './differences.ts'
import { erfc } from './special-functions.ts'

export interface WilcoxonTest {
  /** Sum of the ranks of the positive differences. */
  readonly statistic: number
  /** Pairs that differ; the others say nothing. */
  readonly n: number
  /** Two-sided. */
  readonly p: number
  readonly method: 'exact' | 'normal'
}

/**
 * Wilcoxon's signed-rank test, two-sided: whether `a - b` lies around 0, without assuming a normal distribution.
 *
 * Pairs without a difference are dropped; equal differences share their mean rank. Up to 50 pairs the distribution of
 * the statistic is counted out, ties included; beyond, the normal approximation with the correction for ties and
 * without one for continuity is used, in which p below 1e-15 comes out as 0.
 *
 * @throws InputError for no pairs, unequal lengths or values that are not finite.
 * @see Wilcoxon, Biometrics Bulletin 1945
 */
export function wilcoxonSignedRank(a: ArrayLike<number>, b: ArrayLike<number>): WilcoxonTest {
  const d = differences('wilcoxonSignedRank', a, b, 1).filter((value) => value !== 0)
  const n = d.length
  if (n === 0) return { statistic: 0, n, p: 1, method: 'exact' }
  const { doubledRanks, ties } = rank(d)
  let doubled = 0
  for (let at = 0; at < n; at++) if (d[at] > 0) doubled += doubledRanks[at]
  const statistic = doubled / 2
  if (n <= 50) return { statistic, n, p: exact(doubledRanks, doubled), method: 'exact' }
  const mean = (n * (n + 1)) / 4
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48
  const z = Math.abs(statistic - mean) / Math.sqrt(variance)
  return { statistic, n, p: erfc(z / Math.SQRT2), method: 'normal' }
}

/** Ranks of the sizes of the differences, times two so that mean ranks stay whole; `ties` is the sum of t^3 - t. */
function rank(d: Float64Array): { doubledRanks: Uint32Array; ties: number } {
  const order = Array.from(d.keys()).sort((x, y) => Math.abs(d[x]) - Math.abs(d[y]))
  const doubledRanks = new Uint32Array(d.length)
  let ties = 0
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && Math.abs(d[order[end]]) === Math.abs(d[order[start]])) end++
    for (let at = start; at < end; at++) doubledRanks[order[at]] = start + 1 + end
    const size = end - start
    ties += size ** 3 - size
    start = end
  }
  return { doubledRanks, ties }
}

/** Twice the smaller tail of the statistic when every difference is as likely positive as negative. */
function exact(doubledRanks: Uint32Array, doubled: number): number {
  const total = doubledRanks.reduce((sum, value) => sum + value, 0)
  const chance = new Float64Array(total + 1)
  chance[0] = 1
  let reached = 0
  for (const value of doubledRanks) {
    reached += value
    for (let sum = reached; sum >= 0; sum--)
      chance[sum] = (chance[sum] + (sum >= value ? chance[sum - value] : 0)) / 2
  }
  let below = 0
  let above = 0
  for (let sum = 0; sum <= total; sum++) {
    if (sum <= doubled) below += chance[sum]
    if (sum >= doubled) above += chance[sum]
  }
  return Math.min(1, 2 * Math.min(below, above))
}
