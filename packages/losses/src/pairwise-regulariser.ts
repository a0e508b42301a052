import { type Scalar, softplus, stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { expectSameShape } from './shapes.ts'

/**
 * Two items keep, after a projection, the order they had before it.
 *
 *     after = a_1 - a_2        before = b_1 - b_2
 *     loss = sum over rows of softplus(-after * before)        d loss / d after = -sigmoid(-after * before) * before
 *
 * @param projected Scores a of the two items by projected vectors; more items than two take no part. [rows, 2]
 * @param raw Scores b of the same items by the vectors themselves, constants. [rows, 2]
 * @param options.mask 1 where an item exists, 0 where it is padding; a row counts when it has both. [rows, 2]
 * @returns Summed over rows.
 * @throws RangeError when shapes disagree or rows are of fewer than two.
 * @see PCKD, TKDE 2024, arXiv 2311.04549, the pairwise regulariser.
 */
export function pairwiseRegulariser(
  projected: Tensor2D,
  raw: Tensor2D,
  { mask = null }: { mask?: Tensor2D | null } = {},
): Scalar {
  expectSameShape('pairwiseRegulariser', { projected, raw, mask }, 'all are about the same two items')
  if (projected.shape[1] < 2)
    throw new RangeError(`pairwiseRegulariser: expected two items a row, got [${projected.shape.join(', ')}]`)
  return tf.tidy(() => {
    const losses = softplus(tf.neg(tf.mul(gap(projected), stopGradient(gap(raw)))))
    return tf.sum<Scalar>(mask ? tf.mul(losses, tf.prod(firstTwo(mask), 1, true)) : losses)
  })
}

/** [rows, 1] */
function gap(scores: Tensor2D): Tensor2D {
  return tf.matMul(firstTwo(scores), tf.tensor2d([[1], [-1]]))
}

function firstTwo(x: Tensor2D): Tensor2D {
  return tf.slice(x, [0, 0], [x.shape[0], 2])
}
