import { type Tensor2D, tf } from '@recdistill/tensor'

/**
 * Scores of lists, from vectors.
 *
 *     score[r, q] = <user[r], item[r * Q + q]>
 *
 * @param users [rows, d]
 * @param items The lists one after another. [rows * Q, d]
 * @returns [rows, Q]
 * @throws RangeError when items are no lists of equal length, or vectors differ in length.
 */
export function listScores(users: Tensor2D, items: Tensor2D): Tensor2D {
  const [rows, dim] = users.shape
  const size = rows === 0 ? 0 : items.shape[0] / rows
  if (!Number.isInteger(size) || items.shape[0] !== rows * size || items.shape[1] !== dim)
    throw new RangeError(
      `listScores: users are [${users.shape.join(', ')}], so items must be [${rows} * Q, ${dim}], got [${items.shape.join(', ')}]`,
    )
  return tf.tidy(() => {
    const products = tf.mul(tf.reshape(items, [rows, size, dim]), tf.reshape(users, [rows, 1, dim]))
    return tf.sum<Tensor2D>(products, 2)
  })
}
