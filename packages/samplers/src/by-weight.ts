import { InputError, NO_ITEM, type Rng } from '@recdistill/core'
import { floydSample } from './floyd.ts'
import { kthSmallest } from './kth-smallest.ts'
import { sortByKey } from './sort-by-key.ts'

let keys = new Float64Array(0)
let work = new Float64Array(0)
let zeros = new Uint32Array(0)

/**
 * Distinct candidates drawn one after the other, each in proportion to its weight among those left (Plackett-Luce).
 * As one race: arrival time of candidate t is Exp(1) / w_t, the first `out.length` to arrive are the draw.
 *
 *     P(first = t) = w_t / sum of w,   w_t = exp(logWeights[t])
 *
 * Weights enter as logarithms and only through differences, so no range of them overflows; `-Infinity` is weight zero.
 * When fewer candidates have weight than `out` has places, all of those come, and behind them the rest uniformly from the others;
 * when there are fewer candidates than places, all come and the places behind hold `NO_ITEM`.
 *
 * @param logWeights One per candidate, above its end ignored. [candidates]
 * @param keepDrawOrder First drawn first; otherwise in the order of the candidates.
 * @returns How many items were drawn.
 * @throws InputError on a log-weight that is NaN or +Infinity.
 * @see Efraimidis and Spirakis, Weighted random sampling with a reservoir, IPL 2006.
 */
export function sampleByWeight(
  candidates: Uint32Array,
  logWeights: Float64Array | Float32Array,
  out: Uint32Array,
  rng: Rng,
  { keepDrawOrder = false }: { keepDrawOrder?: boolean } = {},
): number {
  const n = candidates.length
  if (logWeights.length < n)
    throw new InputError(`sampleByWeight: ${n} candidates need as many log-weights, got ${logWeights.length}`)
  const size = Math.min(out.length, n)
  for (let place = size; place < out.length; place++) out[place] = NO_ITEM
  if (keys.length < n) {
    keys = new Float64Array(n)
    work = new Float64Array(n)
    zeros = new Uint32Array(n)
  }
  const positive = race(logWeights, n, rng)
  if (size < positive || keepDrawOrder) takeFirst(candidates, n, Math.min(size, positive), out, keepDrawOrder)
  else takePositive(candidates, logWeights, n, out)
  if (positive < size)
    fillFromZeros(candidates, logWeights, n, out.subarray(positive, size), rng, keepDrawOrder)
  return size
}

/** keys[t] = arrival time of t up to a common factor, or its logarithm when times would not fit a double; Infinity without weight. */
function race(logWeights: Float64Array | Float32Array, n: number, rng: Rng): number {
  let least = Infinity
  let most = -Infinity
  let positive = 0
  for (let t = 0; t < n; t++) {
    const weight = logWeights[t]
    if (!(weight < Infinity))
      throw new InputError(`sampleByWeight: log-weight ${t} must be a number below Infinity, got ${weight}`)
    if (weight === -Infinity) continue
    positive++
    if (weight < least) least = weight
    if (weight > most) most = weight
  }
  const fits = most - least < 600
  let previous = NaN
  let factor = 0
  for (let t = 0; t < n; t++) {
    const weight = logWeights[t]
    if (weight === -Infinity) {
      keys[t] = Infinity
      continue
    }
    if (fits && weight !== previous) {
      previous = weight // neighbours often share a weight, and an exponential is a third of the cost
      factor = Math.exp(most - weight)
    }
    keys[t] = fits ? rng.exponential() * factor : Math.log(rng.exponential()) - weight
  }
  return positive
}

function takeFirst(
  candidates: Uint32Array,
  n: number,
  size: number,
  out: Uint32Array,
  keepDrawOrder: boolean,
): void {
  if (size === 0) return
  for (let t = 0; t < n; t++) work[t] = keys[t]
  const last = kthSmallest(work, n, size)
  let ties = size
  let place = 0
  for (let t = 0; t < n; t++) if (keys[t] < last) ties--
  for (let t = 0; t < n; t++) {
    if (keys[t] > last || (keys[t] === last && ties-- <= 0)) continue
    work[place] = keys[t]
    out[place++] = candidates[t]
  }
  if (keepDrawOrder) sortByKey(out, work, size)
}

function takePositive(
  candidates: Uint32Array,
  logWeights: Float64Array | Float32Array,
  n: number,
  out: Uint32Array,
): void {
  let place = 0
  for (let t = 0; t < n; t++) if (logWeights[t] !== -Infinity) out[place++] = candidates[t]
}

function fillFromZeros(
  candidates: Uint32Array,
  logWeights: Float64Array | Float32Array,
  n: number,
  places: Uint32Array,
  rng: Rng,
  keepDrawOrder: boolean,
): void {
  let count = 0
  for (let t = 0; t < n; t++) if (logWeights[t] === -Infinity) zeros[count++] = candidates[t]
  floydSample(count, places, rng)
  if (keepDrawOrder) rng.shuffle(places)
  else places.sort()
  for (let place = 0; place < places.length; place++) places[place] = zeros[places[place]]
}
