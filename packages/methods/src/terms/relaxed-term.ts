import { relaxedRanking } from '@recdistill/losses'
import type { FusedLoss } from '@recdistill/plugin'
import { z } from 'zod'

/** Parameter of every method by relaxed ranking. */
export const scoreCap = z
  .number()
  .positive()
  .nullable()
  .default(null)
  .describe('scores above it count as it, without gradient; 80 reproduces released code')

type Tensor2D = Parameters<typeof relaxedRanking>[0]

/** Relaxed ranking of two lists, by the names that a kernel would take it by; padding is left out. */
export function relaxedTerm<Name extends string>(
  {
    student: { scores },
    mask,
  }: {
    readonly student: { readonly scores: { readonly [name in Name]: Tensor2D } }
    readonly mask: { readonly [name in Name]: Tensor2D }
  },
  {
    listed,
    background,
    scoreCap,
  }: Extract<FusedLoss, { kind: 'relaxedRanking' }> & { readonly listed: Name; readonly background: Name },
) {
  const masks = { listedMask: mask[listed], backgroundMask: mask[background] }
  return relaxedRanking(scores[listed], scores[background], { scoreCap, ...masks })
}

interface Capped {
  readonly scoreCap: number | null
}

/** The lists of `relaxedLists`. */
export function interestingFirst({ scoreCap }: Capped) {
  return { kind: 'relaxedRanking', listed: 'interesting', background: 'uninteresting', scoreCap } as const
}

/** The lists of `correctedLists`. */
export function underestimatedFirst({ scoreCap }: Capped) {
  return { kind: 'relaxedRanking', listed: 'under', background: 'over', scoreCap } as const
}
