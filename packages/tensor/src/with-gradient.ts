import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'

/**
 * An operation whose gradient is written by hand: `tf.customGrad` with types.
 *
 * @param inputs What it is differentiated by.
 * @param forward Computes the value. Tensors the gradient needs, `inputs` included, must pass through `save`: everything
 *   else is disposed by then. `gradient` gets d loss / d value and the saved tensors in order, and returns
 *   d loss / d input for each input.
 */
export function withGradient<V extends Tensor>(
  inputs: readonly Tensor[],
  forward: (save: (...tensors: Tensor[]) => void) => {
    value: V
    gradient: (upstream: V, ...saved: Tensor[]) => Tensor[]
  },
): V {
  const operation = tf.customGrad((...args) => {
    const keep = args[args.length - 1] as tf.GradSaveFunc
    const { value, gradient } = forward((...tensors) => keep(tensors))
    return {
      value,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => tf.tidy(() => gradient(upstream as V, ...saved)),
    }
  })
  return operation(...inputs) as V
}

/** The same numbers as a constant: nothing is differentiated through them, not even what they were computed from. */
export function stopGradient<T extends Tensor>(x: T): T {
  return withGradient<T>([], () => ({ value: tf.clone(x), gradient: () => [] }))
}
