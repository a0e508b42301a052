import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'
import { withGradient } from './with-gradient.ts'

/**
 * A smooth maximum along the last axis, which stays with length 1:
 *
 *     logSumExp(x) = max(x) + log sum e^(x - max(x))        d / dx = softmax(x)
 *
 * No score is too large: float32 exp alone overflows above 88.7.
 */
export function logSumExp<T extends Tensor>(x: T): T {
  return withGradient<T>([x], (save) => {
    const { value, softmax } = tf.tidy(() => {
      const max = tf.max(x, -1, true)
      const exp = tf.exp(tf.sub(x, max))
      const sum = tf.sum(exp, -1, true)
      return { value: tf.add(max, tf.log(sum)) as T, softmax: tf.div(exp, sum) }
    })
    save(softmax)
    return { value, gradient: (upstream, softmax) => [tf.mul(upstream, softmax)] }
  })
}
