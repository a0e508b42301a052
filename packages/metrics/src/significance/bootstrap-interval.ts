import { createRng, InputError } from '@recdistill/core'
import { differences, meanOf } from './differences.ts'

export interface Interval {
  readonly low: number
  readonly high: number
  readonly confidence: number
}

/**
 * Percentile bootstrap interval of the mean of `a - b` over users: users are drawn again with replacement.
 *
 * @throws InputError for no pairs, unequal lengths, values that are not finite, or `confidence` outside 0 to 1.
 * @see Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13
 */
export function bootstrapInterval(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  {
    confidence = 0.95,
    resamples = 1000,
    seed = 0,
  }: { readonly confidence?: number; readonly resamples?: number; readonly seed?: number } = {},
): Interval {
  if (!(confidence > 0 && confidence < 1))
    throw new InputError(`bootstrapInterval.confidence: expected a number between 0 and 1, got ${confidence}`)
  if (!Number.isInteger(resamples) || resamples < 1)
    throw new InputError(`bootstrapInterval.resamples: expected an integer >= 1, got ${resamples}`)
  const d = differences('bootstrapInterval', a, b, 1)
  const rng = createRng(seed).fork('bootstrap')
  const means = new Float64Array(resamples)
  const drawn = new Float64Array(d.length)
  for (let sample = 0; sample < resamples; sample++) {
    rng.at(sample)
    for (let n = 0; n < d.length; n++) drawn[n] = d[Math.floor(rng.float() * d.length)]
    means[sample] = meanOf(drawn)
  }
  means.sort()
  const tail = (1 - confidence) / 2
  return { low: quantile(means, tail), high: quantile(means, 1 - tail), confidence }
}

/** Linear between the two nearest of ascending values. */
function quantile(ascending: Float64Array, share: number): number {
  const at = share * (ascending.length - 1)
  const below = ascending[Math.floor(at)]
  return below + (at - Math.floor(at)) * (ascending[Math.ceil(at)] - below)
}
