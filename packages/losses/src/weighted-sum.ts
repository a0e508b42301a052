import { type Scalar, tf } from '@recdistill/tensor'

/** One loss of several: sum over n of weight_n * loss_n. Terms of weight 0 are left out, gradient and all. */
export function weightedSum(terms: readonly (readonly [weight: number, loss: Scalar])[]): Scalar {
  return tf.tidy(() =>
    terms
      .filter(([weight]) => weight !== 0)
      .reduce<Scalar>((sum, [weight, loss]) => tf.add(sum, tf.mul(weight, loss)), tf.scalar(0)),
  )
}
