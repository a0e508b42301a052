import { type Tensor2D, tf } from '@recdistill/tensor'

/**
 * The choice a gate holds most likely for each row, without noise: the largest logit, ties to the smaller number.
 *
 * @param x What the gate looks at. [n, dim]
 * @param gate [dim, E]
 * @param gateBias [1, E]
 * @returns Of 0 to E - 1. [n]
 */
export function gateChoice(
  x: Tensor2D,
  { gate, gateBias }: { readonly gate: Tensor2D; readonly gateBias: Tensor2D },
): Int32Array {
  let choices = new Int32Array(0)
  if (x.shape[0] > 0)
    tf.tidy(() => {
      choices = Int32Array.from(tf.argMax(tf.add(tf.matMul(x, gate), gateBias), 1).dataSync())
    })
  return choices
}
