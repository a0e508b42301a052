import { InputError, type Rng } from '@recdistill/core'

/**
 * Two different positions of n, the smaller one returned: both drawn independently with weights that fall with the position,
 * pairs of equal positions thrown away.
 *
 *     P(t, s) = w(t) w(s) / sum over t' < s' of w(t') w(s'),   t < s,   w(t) = exp(-(t + 1) / T)
 *
 * `drawBehind` draws the other one. Distance and smaller position of such a pair are geometric and independent of each other but
 * for the end of the list, so both come in closed form; a pair that would reach beyond the end is drawn again, at most every
 * second one is, whatever T.
 *
 * @param T Above 0; large is nearly uniform.
 * @throws InputError when n has no pair, or T is no number above 0.
 * @see UnKD, WSDM 2023, which redraws whole batches of pairs until none is tied.
 */
export function drawAhead(n: number, T: number, rng: Rng): number {
  if (!(n >= 2)) throw new InputError(`drawAhead: a pair takes 2 positions or more, got n = ${n}`)
  // Anything else would draw for ever.
  if (!(T > 0 && T < Infinity)) throw new InputError(`drawAhead: expected T above 0, got ${T}`)
  for (;;) {
    const ahead = geometric(n - 1, 2 / T, rng)
    if (ahead + 1 + geometric(n - 1, 1 / T, rng) < n) return ahead
  }
}

/**
 * The larger position of a pair, its smaller one given.
 *
 *     P(s) = w(s) / sum over s' > ahead of w(s'),   s > ahead
 *
 * @throws InputError when no position is behind `ahead`, or T is no number above 0.
 */
export function drawBehind(ahead: number, n: number, T: number, rng: Rng): number {
  if (!(ahead >= 0 && ahead + 1 < n))
    throw new InputError(`drawBehind: expected a position of 0 to n - 2 = ${n - 2}, got ${ahead}`)
  if (!(T > 0 && T < Infinity)) throw new InputError(`drawBehind: expected T above 0, got ${T}`)
  return ahead + 1 + geometric(n - 1 - ahead, 1 / T, rng)
}

/** Position of n with weights exp(-rate t), by the inverse of its distribution function. */
function geometric(n: number, rate: number, rng: Rng): number {
  const share = (rng.uint32() + 0.5) * 2 ** -32 * -Math.expm1(-rate * n)
  return Math.min(n - 1, Math.floor(-Math.log1p(-share) / rate))
}
