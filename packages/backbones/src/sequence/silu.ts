import { tf, withGradient, type Tensor } from '@recdistill/tensor'

/** x sigma(x), with d / dx = s (1 + x (1 - s)) = s + y (1 - s), s = sigma(x). */
export function silu<T extends Tensor>(x: T): T {
  return withGradient<T>([x], (save) => {
    const { y, s } = tf.tidy(() => {
      const s = tf.sigmoid(x)
      return { y: tf.mul<T>(x, s), s }
    })
    save(y, s)
    return { value: y, gradient: (g, y, s) => [tf.mul(g, tf.add(s, tf.sub(y, tf.mul(y, s))))] }
  })
}
