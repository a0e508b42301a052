import { InputError, NO_ITEM, show, type Rng } from '@recdistill/core'
import { sampleByLinearWeight } from './by-linear-weight.ts'

let weights = new Float64Array(0)

/** A number that tanh of in 32-bit floats is 1. */
const SATURATED = 9.02

/**
 * How far a student's positions are from the teacher's, per candidate, in (-1, 1):
 *
 *     out[t] = tanh((studentPositions[t] - t) / T)
 *
 * Its positive part is the weight of an under-estimated candidate, its negative part that of an over-estimated one, so
 * the two are never both positive.
 *
 * @param studentPositions Position (0 is best) that the student gives to the candidate at the teacher's position t.
 * @see Lee and Kim, Dual Correction Strategy for Ranking Distillation in Top-N Recommender System, CIKM 2021; 1 / T is its epsilon.
 */
export function correctionWeights(studentPositions: Uint32Array, T: number, out: Float32Array): void {
  if (!(T > 0 && T < Infinity)) throw new InputError(`correctionWeights: expected T above 0, got ${T}`)
  if (out.length < studentPositions.length)
    throw new InputError(
      `correctionWeights: ${studentPositions.length} positions need as many places in out, got ${out.length}`,
    )
  for (let t = 0; t < studentPositions.length; t++) out[t] = Math.tanh((studentPositions[t] - t) / T)
}

/** `correctionWeights` by place: out[n + place - t] is that of the candidate at t whose place is 0 to `horizon`. [n + horizon + 1] */
export function correctionTable(n: number, T: number, horizon: number): Float32Array {
  return Float32Array.from({ length: n + horizon + 1 }, (_, index) => Math.tanh((index - n) / T))
}

/** How far down a student's ranking positions matter to `correctionWeights` of n candidates: all beyond give exactly 1. */
export function correctionHorizon(n: number, T: number): number {
  return n + Math.ceil(SATURATED * T)
}

/**
 * Distinct candidates that the student under-estimates or over-estimates, drawn one after the other in proportion to the
 * part of their correction that has the sign asked for.
 *
 * A weight below 1e-5 counts as 1e-5, either always (`floor: 'always'`, a later port) or only where fewer candidates have
 * the sign than `out` has places (`'ifFew'`): identical rankings give a uniform draw.
 *
 * @param correction One per candidate, from `correctionWeights`. [candidates]
 * @param keepDrawOrder First drawn first; otherwise in the order of the candidates, which is the teacher's.
 * @returns How many items were drawn: as many as there are places or candidates.
 * @throws InputError when there are fewer corrections than candidates.
 */
export function sampleByCorrection(
  candidates: Uint32Array,
  correction: Float32Array,
  sign: 'under' | 'over',
  out: Uint32Array,
  rng: Rng,
  { floor = 'ifFew', keepDrawOrder = false }: { floor?: 'ifFew' | 'always'; keepDrawOrder?: boolean } = {},
): number {
  let n = candidates.length
  while (n > 0 && candidates[n - 1] === NO_ITEM) n--
  if (correction.length < n)
    throw new InputError(
      `sampleByCorrection: ${n} candidates need as many corrections, got ${correction.length}`,
    )
  if (sign !== 'under' && sign !== 'over')
    throw new InputError(`sampleByCorrection: expected the sign "under" or "over", got ${show(sign)}`)
  if (weights.length < n) weights = new Float64Array(n)
  const factor = sign === 'under' ? 1 : -1
  let signed = 0
  for (let t = 0; t < n; t++) {
    const weight = factor * correction[t]
    if (weight > 0) signed++
    weights[t] = weight > 0 ? weight : 0
  }
  if (floor === 'always' || signed < out.length)
    for (let t = 0; t < n; t++) if (weights[t] < FLOOR) weights[t] = FLOOR
  return sampleByLinearWeight(candidates.subarray(0, n), weights, out, rng, { keepDrawOrder })
}

const FLOOR = 1e-5
