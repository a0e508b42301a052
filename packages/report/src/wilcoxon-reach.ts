import { asP } from './numbers.ts'
import type { SignificanceRow } from './significance-row.ts'

/**
 * What to know where so few pairs are compared that Wilcoxon’s test finds nothing, whatever the values; null where it can.
 *
 *     least p of n pairs = 2^(1 - n), two-sided: every difference has the same sign
 *     with Holm’s correction = m 2^(1 - n) for the smallest of m comparisons
 *
 * @param rows Of one pairing, all comparisons of a metric, since the correction counts them.
 */
export function wilcoxonReach(rows: readonly SignificanceRow[], metric: string): string | null {
  const family = rows.filter((row) => row.metric === metric && row.wilcoxon !== null)
  if (family.length === 0) return null
  const pairs = Math.min(...family.map(({ n }) => n))
  const m = family.length
  const least = (n: number) => Math.min(1, m * 2 ** (1 - n))
  if (least(pairs) < 0.05) return null
  let enough = pairs
  while (least(enough) >= 0.05) enough++
  const corrected = m === 1 ? '' : `, ${asP(least(pairs))} with the correction for ${m} comparisons`
  return `With ${pairs} pairs Wilcoxon’s p is ${asP(2 ** (1 - pairs))} at the least${corrected}, whatever the values; below 0.05 takes ${enough} pairs.`
}
