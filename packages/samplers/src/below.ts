import type { Rng } from '@recdistill/core'

/**
 * A whole number of 0 to n - 1, each equally likely, without a division on the usual path: the whole part of a draw
 * times n, draws whose fraction is among the few that would favour a number rejected. Above 2^21 the product would leave
 * the 53 exact bits of a double, and `rng.int` takes over.
 * @see Lemire, Fast random integer generation in an interval, TOMACS 2019.
 */
export function below(n: number, rng: Rng): number {
  if (n > 0x200000) return rng.int(n)
  const scaled = rng.float() * n
  const whole = scaled | 0
  return scaled - whole < n * 2 ** -32 ? unbiased(n, scaled, rng) : whole
}

function unbiased(n: number, drawn: number, rng: Rng): number {
  const limit = (2 ** 32 % n) * 2 ** -32
  let scaled = drawn
  while (scaled - Math.floor(scaled) < limit) scaled = rng.float() * n
  return Math.floor(scaled)
}
