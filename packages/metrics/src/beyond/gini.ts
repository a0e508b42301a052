import type { Shown } from './shown.ts'

/**
 * How unequally recommendations fall on the catalogue: 0 is the same for every item, near 1 is one item for all.
 *
 *     gini@k = sum over items in ascending order of count, n = 1 .. |items|, of (2n - |items| - 1) count_n
 *              / (|items| sum of counts)
 *
 * @see Adomavicius and Kwon, TKDE 2012
 */
export function gini({ counts }: Shown): number {
  const ascending = counts.slice().sort()
  const items = ascending.length
  let weighted = 0
  let total = 0
  for (let n = 0; n < items; n++) {
    weighted += (2 * n + 1 - items) * ascending[n]
    total += ascending[n]
  }
  return total === 0 ? 0 : weighted / (items * total)
}
