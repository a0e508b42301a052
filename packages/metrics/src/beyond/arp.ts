import type { Shown } from './shown.ts'

/**
 * Average recommendation popularity: how often the recommended items were met in training.
 *
 *     arp@k = mean over users of the mean number of training interactions of their first k items
 *
 * Users without training items are left out, as for the lift.
 * @see Yin et al., Challenging the Long Tail Recommendation, PVLDB 2012
 */
export function arp({ listPopularity }: Shown): number {
  return listPopularity
}
