import { type Scalar, softplus, stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { expectSameShape } from './shapes.ts'

/**
 * Items treated as liked, each with a weight of its own.
 *
 *     loss = sum over rows and k of -w_k log sigmoid(s_k)        d loss / d s_k = -w_k sigmoid(-s_k)
 *
 * @param scores [rows, K]
 * @param weights Constants; 0 where the list is padding. [rows, K]
 * @returns Summed over rows and items.
 * @throws RangeError when shapes disagree.
 * @see Tang and Wang, Ranking Distillation, KDD 2018.
 */
export function weightedPositives(scores: Tensor2D, weights: Tensor2D): Scalar {
  expectSameShape('weightedPositives', { scores, weights }, 'every item needs a weight')
  return tf.tidy(() => tf.sum<Scalar>(tf.mul(softplus(tf.neg(scores)), stopGradient(weights))))
}
