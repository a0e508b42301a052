import { type Scalar, softplus, stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { expectSameRows, expectSameShape } from './shapes.ts'

/**
 * Of each pair of items the one the teacher prefers should outscore the other.
 *
 *     loss = sum over rows of mean over pairs n of -w_n log sigmoid(preferred_n - other_n)
 *     d loss / d preferred_n = -w_n sigmoid(other_n - preferred_n) / N        d loss / d other_n is its negative
 *
 * @param preferred Scores of the preferred items. [rows, N]
 * @param other Scores of their partners. [rows, N]
 * @param options.mask 1 where a place holds a pair, 0 where it is padding; the mean runs over the ones. [rows, N]
 * @param options.weights w, constants; all 1 where absent. [rows, at most N]; places behind weigh 0
 * @param options.epsilon Added to the sigmoid inside the logarithm. The gradient of a pair then vanishes once its order is
 *   wrong by more than -log epsilon; 1e-10 reproduces released code.
 * @returns Summed over rows. A row without pairs adds 0.
 * @throws RangeError when shapes disagree or epsilon is below 0.
 * @see Chen et al., Unbiased Knowledge Distillation for Recommendation, WSDM 2023.
 */
export function pairwisePreference(
  preferred: Tensor2D,
  other: Tensor2D,
  {
    mask = null,
    weights = null,
    epsilon = 0,
  }: { mask?: Tensor2D | null; weights?: Tensor2D | null; epsilon?: number } = {},
): Scalar {
  expectSameShape('pairwisePreference', { preferred, other, mask }, 'they are about the same pairs')
  if (weights) {
    expectSameRows('pairwisePreference', { preferred, weights })
    if (weights.shape[1] > preferred.shape[1])
      throw new RangeError(
        `pairwisePreference: there are ${preferred.shape[1]} pairs a row but ${weights.shape[1]} weights`,
      )
  }
  if (!(epsilon >= 0 && epsilon < Infinity))
    throw new RangeError(`pairwisePreference: epsilon must be at least 0, got ${epsilon}`)
  return tf.tidy(() => {
    let terms = softplus(tf.sub<Tensor2D>(other, preferred))
    // log(sigmoid + epsilon) = log sigmoid + log(1 + epsilon / sigmoid), and 1 / sigmoid is e^terms
    if (epsilon > 0) {
      const floor = Math.log(epsilon)
      terms = tf.minimum(terms, 40 - floor) // beyond, the difference is -floor to the last bit, but of large numbers it has no bits left
      terms = tf.sub(terms, softplus(tf.add(terms, floor)))
    }
    if (weights) {
      const given = stopGradient(weights)
      const padding = preferred.shape[1] - given.shape[1]
      terms = tf.mul(terms, padding > 0 ? tf.pad2d(given, [[0, 0], [0, padding]]) : given) // prettier-ignore
    }
    if (!mask) return tf.mul(tf.sum<Scalar>(terms), 1 / Math.max(1, preferred.shape[1]))
    const pairs = tf.maximum(tf.sum(mask, 1, true), 1)
    return tf.sum<Scalar>(tf.div(tf.mul(terms, mask), pairs))
  })
}
