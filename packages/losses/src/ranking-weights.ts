import { type Tensor2D, tf } from '@recdistill/tensor'
import { expectPositive, expectSameRows, expectSameShape } from './shapes.ts'

/**
 * How much each place of a teacher's list counts, whoever the student is: early places more, all together 1.
 *
 *     w_k = exp(-k / T) / sum over k' of exp(-k' / T),   k = 1 .. K
 *
 * @throws RangeError when T is not above 0.
 */
export function positionWeights(K: number, T: number): Float32Array {
  expectPositive('positionWeights', 'T', T)
  const weights = Float64Array.from({ length: K }, (_, k) => Math.exp(-k / T)) // a common factor cancels
  const sum = weights.reduce((a, b) => a + b, 0)
  return Float32Array.from(weights, (weight) => weight / sum)
}

export interface RankDiscrepancyOptions {
  /** Items of the catalogue. */
  readonly numItems: number
  /** How fast the weight rises with the discrepancy. */
  readonly mu: number
  /** Added to the estimated rank; 1 in a released port. */
  readonly rankOffset?: number
  /** 1 where `sampled` holds an item, 0 where it is padding. [rows, n] */
  readonly sampledMask?: Tensor2D | null
}

/**
 * How much the student still has to learn of each place of a teacher's list: nothing where it ranks the item at least as
 * high as the teacher. Its rank is estimated from a few sampled items.
 *
 *     share_k = share of sampled items that outscore item k        rank_k = floor((numItems - 1) share_k)
 *     w_k = max(0, tanh(mu (rank_k - k))),   k = 0 .. K - 1
 *
 * @param scores The student's scores of the list. [rows, K]
 * @param sampled Its scores of items drawn uniformly. [rows, n]
 * @returns Constants: nothing is differentiated through them. [rows, K]
 * @throws RangeError when shapes disagree or mu is not above 0.
 * @see Tang and Wang, Ranking Distillation, KDD 2018, ranking discrepancy-aware weights.
 */
export function rankDiscrepancyWeights(
  scores: Tensor2D,
  sampled: Tensor2D,
  { numItems, mu, rankOffset = 0, sampledMask = null }: RankDiscrepancyOptions,
): Tensor2D {
  expectSameRows('rankDiscrepancyWeights', { scores, sampled })
  expectSameShape('rankDiscrepancyWeights', { sampled, sampledMask }, 'the mask says which scores are real')
  expectPositive('rankDiscrepancyWeights', 'mu', mu)
  const [rows, K] = scores.shape
  const n = sampled.shape[1]
  // Comparisons of [rows, K, n] in a loop: as tensors they would be the largest thing of a step.
  const [own, others] = [scores.dataSync<'float32'>(), sampled.dataSync<'float32'>()]
  const mask = sampledMask?.dataSync<'float32'>() ?? null
  const weights = new Float32Array(rows * K)
  for (let row = 0; row < rows; row++) {
    const first = row * n
    let items = n
    if (mask) {
      items = 0
      for (let m = first; m < first + n; m++) if (mask[m] > 0) items++
    }
    for (let k = 0; k < K; k++) {
      const score = own[row * K + k]
      let above = 0
      for (let m = first; m < first + n; m++) if (others[m] > score && (!mask || mask[m] > 0)) above++
      const rank = Math.floor(((numItems - 1) * above) / Math.max(1, items)) + rankOffset
      weights[row * K + k] = Math.max(0, Math.tanh(mu * (rank - k)))
    }
  }
  return tf.tensor2d(weights, [rows, K])
}

/**
 * Weights by place, from some point on times weights by discrepancy.
 *
 *     w = byPlace * byDiscrepancy * mask        renormalised: w / max(sum of the row, 1e-12)
 *
 * @param byPlace [K]
 * @param options.byDiscrepancy Absent: the student is not asked yet. [rows, K]
 * @param options.renormalise Whether what is left sums to 1 again; a row whose weights are all 0 stays so.
 * @param mask 1 where the list holds an item, 0 where it is padding. [rows, K]
 * @returns Constants. [rows, K]
 */
export function hybridWeights(
  byPlace: Float32Array,
  mask: Tensor2D,
  {
    byDiscrepancy = null,
    renormalise = false,
  }: { byDiscrepancy?: Tensor2D | null; renormalise?: boolean } = {},
): Tensor2D {
  expectSameShape('hybridWeights', { mask, byDiscrepancy }, 'both are about the same list')
  return tf.tidy(() => {
    // A list may be padded beyond the places that have a weight.
    const places = new Float32Array(mask.shape[1])
    places.set(byPlace.subarray(0, places.length))
    const still = tf.mul<Tensor2D>(mask, tf.tensor1d(places))
    if (!byDiscrepancy) return still
    const weights = tf.mul<Tensor2D>(still, byDiscrepancy)
    return renormalise ? tf.div<Tensor2D>(weights, tf.maximum(tf.sum(weights, 1, true), 1e-12)) : weights
  })
}
