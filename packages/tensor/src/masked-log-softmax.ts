import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { withGradient } from './with-gradient.ts'

/**
 * Log-softmax of each row over the entries whose mask is 1; entries whose mask is 0 are 0 and get no gradient, and a row
 * without entries is a row of zeros.
 *
 *     out_i = x_i - log sum over j with mask_j = 1 of e^x_j
 *
 * @param x Scores. [rows, n]
 * @param mask Zeros and ones, a constant; null stands for ones. [rows, n]
 * @throws RangeError when the two differ in shape.
 */
export function maskedLogSoftmax(x: Tensor2D, mask: Tensor2D | null): Tensor2D {
  if (mask && (mask.shape[0] !== x.shape[0] || mask.shape[1] !== x.shape[1]))
    throw new RangeError(
      `maskedLogSoftmax: scores are [${x.shape.join(', ')}] but mask is [${mask.shape.join(', ')}]`,
    )
  if (x.size === 0) return tf.clone(x)
  return withGradient<Tensor2D>([x], (save) => {
    const value = tf.tidy(() => keepMasked(normalise(mask ? lowerMasked(x, mask) : x), mask))
    if (mask) save(value, mask)
    else save(value)
    return {
      value,
      gradient: (upstream, value, mask) => {
        const own = keepMasked(upstream, (mask as Tensor2D | undefined) ?? null)
        const pulled = tf.mul(tf.exp(value), tf.sum(own, 1, true))
        return [tf.sub(own, keepMasked(pulled as Tensor2D, (mask as Tensor2D | undefined) ?? null))]
      },
    }
  })
}

function normalise(x: Tensor2D): Tensor2D {
  const shifted = tf.sub(x, tf.max(x, 1, true))
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)))
}

/** Far below every score, yet finite: a row without entries then has no NaN. */
const BELOW_ALL = -1e30

function lowerMasked(x: Tensor2D, mask: Tensor2D): Tensor2D {
  return tf.add(tf.mul(x, mask), tf.mul(tf.sub(mask, 1), -BELOW_ALL))
}

function keepMasked(x: Tensor2D, mask: Tensor2D | null): Tensor2D {
  return mask ? tf.mul(x, mask) : x
}
