import { tf, withGradient, type Tensor } from '@recdistill/tensor'

/**
 * Rows along the last axis with mean 0 and variance 1, no parameters.
 *
 *     y = (x - mean) r,  r = 1 / sqrt(variance + eps)        d / dx = r (g - mean(g) - y mean(g y))
 */
export function layerNorm<T extends Tensor>(x: T, eps: number): T {
  return withGradient<T>([x], (save) => {
    const { y, inverse } = tf.tidy(() => {
      const centred = tf.sub(x, tf.mean(x, -1, true))
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps))
      return { y: tf.mul<T>(centred, inverse), inverse }
    })
    save(y, inverse)
    return {
      value: y,
      gradient: (g, y, inverse) => {
        const along = tf.mul(y, tf.mean(tf.mul(g, y), -1, true))
        return [tf.mul(inverse, tf.sub(tf.sub(g, tf.mean(g, -1, true)), along))]
      },
    }
  })
}
