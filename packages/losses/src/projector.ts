import { dropout, rectifiedUnits, type Dropout, type Tensor2D, tf } from '@recdistill/tensor'

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
 * @param options.dropout Before either layer, the input [n, d_S] and the hidden units [n, h]; only of two layers.
 * @returns [n, d_T]
 */
export function project(
  x: Tensor2D,
  projector: Projector,
  { dropout: drop = null }: { dropout?: { readonly input: Dropout; readonly hidden: Dropout } | null } = {},
): Tensor2D {
  return tf.tidy(() => {
    if ('weight' in projector) return plus(tf.matMul(x, projector.weight), projector.bias)
    const sums = tf.matMul<Tensor2D>(drop ? dropout(x, drop.input) : x, projector.hidden)
    const units = rectifiedUnits(sums, projector.hiddenBias ?? null, drop?.hidden)
    return plus(tf.matMul(units, projector.output), projector.outputBias)
  })
}

function plus(x: Tensor2D, bias: Tensor2D | undefined): Tensor2D {
  return bias ? tf.add<Tensor2D>(x, bias) : x
}
