import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'
import { withGradient } from './with-gradient.ts'

/**
 * A smooth max(x, 0), right to float32 for every x:
 *
 *     softplus(x) = log(1 + e^x) = max(x, 0) + log1p(e^-|x|)        d softplus / dx = sigmoid(x)
 *
 * `tf.softplus` rounds 1 + e^x first, and so does `tf.log1p` on wasm, which loses the digits of small values; here
 * log1p(z) = 2 atanh(z / (2 + z)).
 */
export function softplus<T extends Tensor>(x: T): T {
  return withGradient<T>([x], (save) => {
    save(x)
    return {
      value: tf.tidy(() => tf.add(tf.relu(x), log1p(tf.exp(tf.neg(tf.abs(x)))))),
      gradient: (upstream, saved) => [tf.mul(upstream, tf.sigmoid(saved))],
    }
  })
}

/**
 * log sigmoid(x) = -softplus(-x). Its gradient works on inputs that were computed, where the one of `tf.logSigmoid` throws.
 */
export function logSigmoid<T extends Tensor>(x: T): T {
  return tf.tidy(() => tf.neg(softplus(tf.neg(x))))
}

function log1p<T extends Tensor>(z: T): T {
  return tf.mul(tf.atanh(tf.div(z, tf.add(z, 2))), 2)
}
