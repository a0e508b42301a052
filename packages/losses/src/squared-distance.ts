import { type Scalar, type Tensor2D, tf } from '@recdistill/tensor'
import { expectSameShape } from './shapes.ts'
import { unitRows } from './unit-rows.ts'

/**
 * Regression of vectors: how far each row is from where it should be.
 *
 *     loss = sum over rows of || x - y ||^2        d loss / d x = 2 (x - y)
 *
 * @param normalise Compare directions only: both rows are divided by their length first. A row of zeros stays one.
 * @returns Summed over rows. [n, d] each.
 * @throws RangeError when the two differ in shape.
 */
export function squaredDistance(
  x: Tensor2D,
  y: Tensor2D,
  { normalise = false }: { normalise?: boolean } = {},
): Scalar {
  expectSameShape('squaredDistance', { x, y }, 'each row is compared with one row')
  return tf.tidy(() => {
    const difference = normalise ? tf.sub(unitRows(x), unitRows(y)) : tf.sub(x, y)
    return tf.sum<Scalar>(tf.square(difference))
  })
}
