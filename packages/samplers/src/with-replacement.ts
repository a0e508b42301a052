import { InputError, NO_ITEM, type Rng } from '@recdistill/core'

let sums = new Float64Array(0)

/**
 * Candidates drawn independently, each in proportion to its weight: `P(t) = w_t / sum of w`. One pass of running sums,
 * then one binary search a draw, so many draws of one user are cheap. Shares of the sum are drawn in steps of 2^-32.
 *
 * @param weights One per candidate, at least 0, above its end ignored. [candidates]
 * @returns How many items were drawn: `out.length`, or 0 when no candidate has weight; then all places hold `NO_ITEM`.
 * @throws InputError on a weight that is negative or no number, and when they sum to infinity.
 */
export function sampleWithReplacement(
  candidates: Uint32Array,
  weights: Float64Array | Float32Array,
  out: Uint32Array,
  rng: Rng,
): number {
  const n = candidates.length
  if (weights.length < n)
    throw new InputError(`sampleWithReplacement: ${n} candidates need as many weights, got ${weights.length}`)
  if (sums.length < n) sums = new Float64Array(n)
  const total = sumUp(weights, n, sums)
  if (!(total < Infinity)) refuse(weights, n, total)
  if (total === 0) {
    out.fill(NO_ITEM)
    return 0
  }
  for (let place = 0; place < out.length; place++)
    out[place] = candidates[firstAbove(sums, rng.float() * total, n)]
  return out.length
}

/** Running sums of the first `n` weights into `out`; returns the last, NaN when a weight is negative or no number. */
export function sumUp(weights: Float64Array | Float32Array, n: number, out: Float64Array): number {
  let sum = 0
  let allowed = true
  for (let t = 0; t < n; t++) {
    if (!(weights[t] >= 0)) allowed = false
    out[t] = sum += weights[t]
  }
  return allowed ? sum : NaN
}

/** The first of `n` ascending sums above `value`: a place whose weight is above 0 when `value` is in [0, last sum). */
export function firstAbove(ascending: Float64Array, value: number, n: number): number {
  let low = 0
  let high = n - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle] > value) high = middle
    else low = middle + 1
  }
  return low
}

function refuse(weights: Float64Array | Float32Array, n: number, total: number): never {
  for (let t = 0; t < n; t++)
    if (!(weights[t] >= 0 && weights[t] < Infinity))
      throw new InputError(
        `sampleWithReplacement: weight ${t} must be a number of at least 0, got ${weights[t]}`,
      )
  throw new InputError(`sampleWithReplacement: the weights sum to ${total}; divide them by the largest`)
}
