import type { ListSpec } from '@recdistill/plugin'
import { sampleExcept } from '@recdistill/samplers'
import { candidatesOf, candidatesUpTo } from './candidates.ts'
import { interestingItems, type InterestingOptions } from './interesting-items.ts'

/** What of the parameters of methods the lists read. */
type RelaxedOptions = Pick<InterestingOptions, 'K' | 'maxK' | 'T'> & { readonly L: number }

/** Relaxed ranking's two lists: `interesting`, drawn from the candidates by position and in the teacher's order, and `uninteresting`. */
export function relaxedLists({ K, L, T, maxK }: RelaxedOptions) {
  return {
    interesting: interestingItems({ K, maxK, T, interesting: 'sample', noSort: false }),
    uninteresting: uninterestingItems({ L, maxK }),
  }
}

/** L of all items that are neither seen nor candidates, fewer where there are fewer; anew in every epoch. */
export function uninterestingItems({ L, maxK }: Pick<RelaxedOptions, 'L' | 'maxK'>): ListSpec {
  return {
    size: L,
    refresh: { epochs: 1 },
    draw: (row, out, rng) => void sampleExcept(row.numItems, [row.seen, candidatesOf(row, maxK)], out, rng),
    law: { kind: 'except', from: candidatesUpTo(maxK) },
  }
}
