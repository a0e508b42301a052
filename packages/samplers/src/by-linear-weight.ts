import { InputError, NO_ITEM, type Rng } from '@recdistill/core'
import { sampleByWeight } from './by-weight.ts'
import { clearMarks, createMarks } from './marks.ts'
import { firstAbove, sumUp } from './with-replacement.ts'

const drawn = createMarks()
let sums = new Float64Array(0)
let order = new Uint32Array(0)
let rest = new Uint32Array(0)
let logWeights = new Float64Array(0)

/**
 * The law of `sampleByWeight`, for weights that are given as they are and are not far apart: distinct candidates drawn one
 * after the other, each in proportion to its weight among those left. A draw with replacement that is repeated when it
 * meets a candidate drawn before has just that law, and needs one random number and a binary search a place instead of one
 * random number and a logarithm a candidate. When repetitions pile up, those left race for the remaining places.
 *
 * When fewer candidates have weight than `out` has places, all of those come, and the rest uniformly from the others;
 * when there are fewer candidates than places, all come and the places behind hold `NO_ITEM`.
 *
 * @param weights One per candidate, at least 0, above its end ignored. [candidates]
 * @param keepDrawOrder First drawn first; otherwise in the order of the candidates.
 * @returns How many items were drawn.
 * @throws InputError on a weight that is negative, infinite or no number.
 */
export function sampleByLinearWeight(
  candidates: Uint32Array,
  weights: Float64Array | Float32Array,
  out: Uint32Array,
  rng: Rng,
  { keepDrawOrder = false }: { keepDrawOrder?: boolean } = {},
): number {
  const n = candidates.length
  if (weights.length < n)
    throw new InputError(`sampleByLinearWeight: ${n} candidates need as many weights, got ${weights.length}`)
  if (sums.length < n) {
    sums = new Float64Array(n)
    order = new Uint32Array(n)
    rest = new Uint32Array(n)
    logWeights = new Float64Array(n)
  }
  const size = Math.min(out.length, n)
  for (let place = size; place < out.length; place++) out[place] = NO_ITEM
  const total = sumUp(weights, n, sums)
  if (!(total < Infinity)) refuse(weights, n)
  const stamp = clearMarks(drawn, n)
  const { stamps } = drawn
  let count = 0
  if (total > 0)
    for (let tries = 2 * size; count < size && tries > 0; tries--) {
      const t = firstAbove(sums, rng.float() * total, n)
      if (stamps[t] === stamp) continue
      stamps[t] = stamp
      order[count++] = t
    }
  if (count < size) raceForRest(weights, n, count, size, stamp, rng)
  if (keepDrawOrder) for (let place = 0; place < size; place++) out[place] = candidates[order[place]]
  else writeInOrder(candidates, n, out, stamp)
  return size
}

/** Draws `order[count .. size - 1]` from the positions that are not marked, and marks them. */
function raceForRest(
  weights: Float64Array | Float32Array,
  n: number,
  count: number,
  size: number,
  stamp: number,
  rng: Rng,
): void {
  const { stamps } = drawn
  let left = 0
  for (let t = 0; t < n; t++) {
    if (stamps[t] === stamp) continue
    rest[left] = t
    logWeights[left++] = Math.log(weights[t])
  }
  const places = order.subarray(count, size)
  sampleByWeight(rest.subarray(0, left), logWeights, places, rng, { keepDrawOrder: true })
  for (let place = 0; place < places.length; place++) stamps[places[place]] = stamp
}

function writeInOrder(candidates: Uint32Array, n: number, out: Uint32Array, stamp: number): void {
  const { stamps } = drawn
  let place = 0
  for (let t = 0; t < n; t++) if (stamps[t] === stamp) out[place++] = candidates[t]
}

function refuse(weights: Float64Array | Float32Array, n: number): never {
  for (let t = 0; t < n; t++)
    if (!(weights[t] >= 0 && weights[t] < Infinity))
      throw new InputError(
        `sampleByLinearWeight: weight ${t} must be a number of at least 0, got ${weights[t]}`,
      )
  throw new InputError('sampleByLinearWeight: the weights sum to Infinity; divide them by the largest')
}
