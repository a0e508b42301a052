import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'
import { layerNormKernels } from './kernels/layer-norm.ts'
import { withGradient } from './with-gradient.ts'

/**
 * Rows along the last axis with mean 0 and variance 1, no parameters.
 *
 *     y = (x - mean) r,  r = 1 / sqrt(variance + eps)        d / dx = r (g - mean(g) - y mean(g y))
 *
 * One kernel each way on the wasm backend, ordinary operations elsewhere.
 */
export function layerNorm<T extends Tensor>(x: T, eps: number): T {
  const own = tf.getKernel(layerNormKernels.forth, tf.getBackend()) !== undefined
  return withGradient<T>([x], (save) => {
    const { y, inverse } = own ? forth(x, eps) : composed(x, eps)
    save(y, inverse)
    return {
      value: y,
      gradient: (g, y, inverse) => [own ? back(g, y, inverse) : composedBack(g, y, inverse)],
    }
  })
}

function forth<T extends Tensor>(x: T, eps: number): { y: T; inverse: Tensor } {
  const [y, inverse] = tf.engine().runKernel(layerNormKernels.forth, { x }, { eps }) as [T, Tensor]
  return { y, inverse }
}

function back(g: Tensor, y: Tensor, inverse: Tensor): Tensor {
  return tf.engine().runKernel(layerNormKernels.back, { g, y, inverse }) as Tensor
}

function composed<T extends Tensor>(x: T, eps: number): { y: T; inverse: Tensor } {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true))
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps))
    return { y: tf.mul<T>(centred, inverse), inverse }
  })
}

function composedBack(g: Tensor, y: Tensor, inverse: Tensor): Tensor {
  const along = tf.mul(y, tf.mean(tf.mul(g, y), -1, true))
  return tf.mul(inverse, tf.sub(tf.sub(g, tf.mean(g, -1, true)), along))
}
