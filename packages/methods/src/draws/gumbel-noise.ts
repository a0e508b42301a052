import type { Rng } from '@recdistill/plugin'

/** Gumbel(0, 1) numbers: minus the logarithm of an Exp(1) number each. */
export function gumbelNoise(size: number, rng: Rng): Float32Array {
  const out = new Float32Array(size)
  for (let n = 0; n < size; n++) out[n] = -Math.log(rng.exponential())
  return out
}

/** A row of them for each id, the same for an id wherever it stands. [ids, width] */
export function gumbelNoiseOf(ids: Uint32Array, width: number, rng: Rng): Float32Array {
  const out = new Float32Array(ids.length * width)
  ids.forEach((id, row) => {
    rng.at(id)
    for (let n = row * width; n < (row + 1) * width; n++) out[n] = -Math.log(rng.exponential())
  })
  return out
}
