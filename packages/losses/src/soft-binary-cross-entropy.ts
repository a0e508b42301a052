import { type Scalar, softplus, stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { expectPositive, expectSameShape } from './shapes.ts'

/**
 * Point by point, the probability that a score stands for should be the target:
 *
 *     loss = sum over places of softplus(score) - target * score
 *          = sum over places of -(target log sigmoid(score) + (1 - target) log sigmoid(-score))
 *     d loss / d score = sigmoid(score) - target
 *
 * With `epsilon` the logarithms are of sigmoid + epsilon, as in released code, and the gradient is
 *
 *     sigmoid(score) sigmoid(-score) [(1 - target) / (sigmoid(-score) + epsilon) - target / (sigmoid(score) + epsilon)]
 *
 * which fades for scores beyond log(1 / epsilon): a score that is badly wrong is never corrected.
 *
 * @param score Logits of the model in training. [rows, n]
 * @param target Probabilities in [0, 1], e.g. the sigmoid of the other model's score; no gradient flows to it. [rows, n]
 * @param options.mask 1 where there is an item, 0 where there is padding. [rows, n]
 * @param options.epsilon Null is the form without; 1e-10 reproduces released code.
 * @returns Summed over rows and places. A row without items adds 0.
 * @throws RangeError when shapes disagree or epsilon is not above 0.
 * @see Lee et al., Collaborative Distillation for Top-N Recommendation, ICDM 2019; Kweon et al., Bidirectional
 *   Distillation for Top-K Recommender System, WWW 2021.
 */
export function softBinaryCrossEntropy(
  score: Tensor2D,
  target: Tensor2D,
  { mask = null, epsilon = null }: { mask?: Tensor2D | null; epsilon?: number | null } = {},
): Scalar {
  expectSameShape('softBinaryCrossEntropy', { score, target, mask }, 'each score has its own target')
  if (epsilon !== null) expectPositive('softBinaryCrossEntropy', 'epsilon', epsilon)
  return tf.tidy(() => {
    const wanted = stopGradient(target)
    const terms =
      epsilon === null ? tf.sub(softplus(score), tf.mul(wanted, score)) : guardedTerms(score, wanted, epsilon)
    return tf.sum<Scalar>(mask ? tf.mul(terms, mask) : terms)
  })
}

function guardedTerms(score: Tensor2D, target: Tensor2D, epsilon: number): Tensor2D {
  const logOf = (x: Tensor2D) => tf.log(tf.add(tf.sigmoid(x), epsilon))
  return tf.neg(tf.add(tf.mul(target, logOf(score)), tf.mul(tf.sub(1, target), logOf(tf.neg(score)))))
}
