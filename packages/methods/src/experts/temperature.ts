export interface Annealing {
  readonly startT: number
  readonly endT: number
  readonly annealEpochs: number | null
  readonly annealIndex: 'epoch' | 'previous'
}

/**
 * Temperature of the selection: falls from `startT` to `endT` by the same factor every epoch.
 *
 *     T(e) = max(endT, startT (endT / startT)^(e / E_max))
 *
 * @param at Asked for `epochs` only where it matters: what has read them cannot go on to more.
 */
export function expertTemperature(
  { startT, endT, annealEpochs, annealIndex }: Annealing,
  at: { readonly epoch: number; readonly epochs: number },
): number {
  const e = annealIndex === 'epoch' ? at.epoch : Math.max(0, at.epoch - 1)
  return Math.max(endT, startT * (endT / startT) ** (e / (annealEpochs ?? at.epochs)))
}
