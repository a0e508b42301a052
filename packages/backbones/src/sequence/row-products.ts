import { tf, withGradient, type Tensor2D } from '@recdistill/tensor'

/**
 * x + row for every row of x, whatever stands before its last axis.
 *
 * @param row [1, width]
 */
export function addRow<T extends tf.Tensor>(x: T, row: Tensor2D): T {
  return withGradient<T>([x, row], () => ({
    value: tf.add<T>(x, row),
    gradient: (g) => [tf.clone(g), sumRows(g)],
  }))
}

/** x scale + shift for every row of x. [1, width] both */
export function scaleAndShift<T extends tf.Tensor>(x: T, scale: Tensor2D, shift: Tensor2D): T {
  return withGradient<T>([x, scale, shift], (save) => {
    save(x, scale)
    return {
      value: tf.tidy(() => tf.add<T>(tf.mul(x, scale), shift)),
      gradient: (g, x, scale) => [tf.mul(g, scale), sumRows(tf.mul(g, x)), sumRows(g)],
    }
  })
}

/** [.., width] -> [1, width] */
function sumRows(x: tf.Tensor): Tensor2D {
  const width = x.shape[x.rank - 1]
  return tf.sum<Tensor2D>(tf.reshape<tf.Rank.R2>(x, [x.size / width, width]), 0, true)
}
