import { InputError, NO_ITEM, type Rng } from '@recdistill/core'
import { sampleByWeight } from './by-weight.ts'

let rest = new Uint32Array(0)
let logLaw = new Float64Array(0)

/**
 * Candidates drawn independently, good ones more often: two positions with replacement by weight, the better one is kept.
 *
 *     w(t) = exp(-(t + 1) / (n T)),   t = 0 for the best of n candidates,   p(t) = w(t) / sum of w
 *     P(t) = p(t)^2 + 2 p(t) sum over s > t of p(s)
 *
 * T counts in lengths of the list: at 20 the weights are nearly flat, and P falls nearly linearly to 0. The law of one
 * position is a geometric one cut off at n, whose distribution is inverted in closed form: two logarithms a draw.
 *
 * @param candidates Best first. Without any, all places hold `NO_ITEM`.
 * @param distinct Draws again what was drawn before, so that no candidate comes twice; when there are not more candidates than
 *   places, all come, in their order and without chance, and the places behind hold `NO_ITEM`.
 * @returns How many items were drawn.
 * @throws InputError when T is not above 0.
 * @see Lee et al., Collaborative Distillation for Top-N Recommendation, ICDM 2019, rank-aware sampling.
 */
export function sampleBestOfTwo(
  candidates: Uint32Array,
  T: number,
  out: Uint32Array,
  rng: Rng,
  { distinct = false }: { distinct?: boolean } = {},
): number {
  const drawn = drawBestOfTwo(candidates.length, T, out, rng, { distinct })
  for (let place = 0; place < drawn; place++) out[place] = candidates[out[place]]
  return drawn
}

/**
 * The positions that `sampleBestOfTwo` draws, of n candidates that need not be known yet.
 *
 * @param out Positions, 0 for the best; places behind those that are drawn hold `NO_ITEM`.
 * @returns How many positions were drawn.
 */
export function drawBestOfTwo(
  n: number,
  T: number,
  out: Uint32Array,
  rng: Rng,
  { distinct = false }: { distinct?: boolean } = {},
): number {
  if (!(T > 0 && T < Infinity)) throw new InputError(`sampleBestOfTwo: expected T above 0, got ${T}`)
  const size = out.length
  if (n === 0 || (distinct && n <= size)) {
    out.fill(NO_ITEM)
    for (let position = 0; position < n; position++) out[position] = position
    return n
  }
  const scale = -n * T
  const span = Math.expm1(-1 / T) // the cumulated weight of all n positions, over that of infinitely many, negated
  let place = 0
  for (let tries = distinct ? 8 * size : size; place < size && tries > 0; tries--) {
    const position = betterPosition(n, scale, span, rng)
    if (!distinct || !isAmong(position, out, place)) out[place++] = position
  }
  if (place < size) raceForRest(n, T, out, place, rng)
  return size
}

function betterPosition(n: number, scale: number, span: number, rng: Rng): number {
  const first = scale * Math.log1p(rng.float() * span)
  const second = scale * Math.log1p(rng.float() * span)
  return Math.min(n - 1, Math.floor(Math.min(first, second)))
}

function isAmong(position: number, out: Uint32Array, places: number): boolean {
  for (let place = 0; place < places; place++) if (out[place] === position) return true
  return false
}

/** When nearly all mass lies on what was drawn: the same law by one race, with P(t) = q^2t (1 + q - 2 q^(n - t)) up to a factor. */
function raceForRest(n: number, T: number, out: Uint32Array, places: number, rng: Rng): void {
  if (rest.length < n) {
    rest = new Uint32Array(n)
    logLaw = new Float64Array(n)
  }
  const step = -1 / (n * T)
  let left = 0
  for (let t = 0; t < n; t++) {
    if (isAmong(t, out, places)) continue
    rest[left] = t
    const factor = -Math.expm1(step) - 2 * Math.exp(step) * Math.expm1(step * (n - t - 1))
    logLaw[left++] = 2 * t * step + Math.log(factor)
  }
  sampleByWeight(rest.subarray(0, left), logLaw, out.subarray(places), rng, { keepDrawOrder: true })
}
