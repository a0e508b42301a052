import { type Scalar, softplus, type Tensor2D, tf } from '@recdistill/tensor'
import { expectColumn, expectSameRows, expectSameShape } from './shapes.ts'

/**
 * Bayesian personalised ranking: a seen item should outscore its unseen partners.
 *
 *     loss = sum over rows of mean over n of softplus(negative_n - positive)
 *     d loss / d negative_n = sigmoid(negative_n - positive) / N        d loss / d positive = -sum over n of the same
 *
 * @param positive Score of the seen item. [rows, 1]
 * @param negative Scores of unseen items of the same user. [rows, N]
 * @param options.mask 1 where `negative` holds an item, 0 where it is padding; the mean runs over the ones. [rows, N]
 * @returns Summed over rows, so it grows with the batch. A row without items adds 0.
 * @throws RangeError when shapes disagree.
 * @see Rendle et al., BPR: Bayesian Personalized Ranking from Implicit Feedback, UAI 2009, section 4.1. The regulariser
 *   lives in the optimiser here.
 */
export function bprLoss(
  positive: Tensor2D,
  negative: Tensor2D,
  { mask = null }: { mask?: Tensor2D | null } = {},
): Scalar {
  expectColumn('bprLoss', 'positive', positive)
  expectSameRows('bprLoss', { positive, negative })
  expectSameShape('bprLoss', { negative, mask }, 'the mask says which scores are real')
  return tf.tidy(() => {
    if (negative.size === 0) return tf.scalar(0) // TensorFlow.js has no gradient of a column against none
    const terms = softplus(tf.sub(negative, positive))
    if (!mask) return tf.mul(tf.sum<Scalar>(terms), 1 / negative.shape[1])
    const items = tf.maximum(tf.sum(mask, 1, true), 1)
    return tf.sum<Scalar>(tf.div(tf.mul(terms, mask), items))
  })
}
