import type { Rng } from '@recdistill/plugin'

/** Gumbel(0, 1) numbers: minus the logarithm of an Exp(1) number each. */
export function gumbelNoise(size: number, rng: Rng): Float32Array {
  const out = new Float32Array(size)
  for (let n = 0; n < size; n++) out[n] = -Math.log(rng.exponential())
  return out
}
