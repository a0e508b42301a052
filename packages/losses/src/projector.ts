import { type Tensor2D, tf } from '@recdistill/tensor'

/** One layer, or two with a rectifier between them; a layer without bias adds nothing. */
export type Projector =
  | { readonly weight: Tensor2D; readonly bias?: Tensor2D } // [d_S, d_T], [1, d_T]
  | {
      readonly hidden: Tensor2D // [d_S, h]
      readonly hiddenBias?: Tensor2D // [1, h]
      readonly output: Tensor2D // [h, d_T]
      readonly outputBias?: Tensor2D // [1, d_T]
    }

/**
 * Vectors of one model in the space of another.
 *
 *     linear:     f(x) = x W + b
 *     two layers: f(x) = drop(relu(drop(x) W + b)) V + c        drop(x) = x * mask
 *
 * @param x [n, d_S]
 * @param options.dropout Masks of the input [n, d_S] and of the hidden units [n, h], 0 or 1 / (1 - rate); only of two layers.
 * @returns [n, d_T]
 */
export function project(
  x: Tensor2D,
  projector: Projector,
  {
    dropout = null,
  }: { dropout?: { readonly input: Float32Array; readonly hidden: Float32Array } | null } = {},
): Tensor2D {
  return tf.tidy(() => {
    if ('weight' in projector) return plus(tf.matMul(x, projector.weight), projector.bias)
    const drop = (values: Tensor2D, mask: Float32Array | undefined) =>
      mask ? tf.mul<Tensor2D>(values, tf.tensor2d(mask, values.shape)) : values
    const input = drop(x, dropout?.input)
    const hidden = tf.relu(plus(tf.matMul(input, projector.hidden), projector.hiddenBias))
    return plus(tf.matMul(drop(hidden, dropout?.hidden), projector.output), projector.outputBias)
  })
}

function plus(x: Tensor2D, bias: Tensor2D | undefined): Tensor2D {
  return bias ? tf.add<Tensor2D>(x, bias) : x
}
