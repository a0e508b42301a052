import type { Rng } from '@recdistill/plugin'

/**
 * Inverted dropout: each number is 0 with chance `rate`, else 1 / (1 - rate), so that its mean is 1.
 *
 * Masks have millions of places, so the stream only seeds xoshiro128** (Blackman and Vigna 2021), some ten times as fast, and each of
 * its numbers decides two places: the rate is met to 2^-17.
 */
export function dropoutMask(size: number, rate: number, rng: Rng): Float32Array {
  const out = new Float32Array(size)
  const kept = 1 / (1 - rate)
  const limit = Math.round(rate * 2 ** 16)
  let [a, b, c, d] = [rng.uint32() | 1, rng.uint32(), rng.uint32(), rng.uint32()]
  for (let n = 0; n < size; n += 2) {
    const mixed = Math.imul(b, 5)
    const drawn = Math.imul((mixed << 7) | (mixed >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    out[n] = (drawn & 0xffff) < limit ? 0 : kept
    out[n + 1] = drawn >>> 16 < limit ? 0 : kept // beyond the last place it changes nothing
  }
  return out
}
