import { type Tensor2D, tf } from '@recdistill/tensor'
import { expectSameRows } from './shapes.ts'

/** E two-layer networks side by side: expert e owns columns e h to e h + h - 1 of the first layer, those rows of the second. */
export interface Experts {
  readonly hidden: Tensor2D // [d_S, E h]
  readonly hiddenBias: Tensor2D // [1, E h]
  readonly output: Tensor2D // [E h, d_T]
  readonly outputBias: Tensor2D // [E, d_T]
}

/**
 * A weighted sum of what E experts make of each row, computed as two large products.
 *
 *     mixture(x) = sum over e of z_e E_e(x)        E_e(x) = relu(x W_e + b_e) V_e + c_e
 *                = (z spread over the hidden units * relu(x W + b)) V + z c
 *
 * @param x Rows to map. [n, d_S]
 * @param selection z, the weight of each expert. [n, E]
 * @returns [n, d_T]
 * @throws RangeError when shapes disagree.
 * @see Kang et al., DE-RRD, CIKM 2020, section 3.1.
 */
export function expertMixture(x: Tensor2D, selection: Tensor2D, experts: Experts): Tensor2D {
  expectSameRows('expertMixture', { x, selection })
  const { hidden, hiddenBias, output, outputBias } = experts
  const [rows, E] = selection.shape
  const h = hidden.shape[1] / E
  if (!Number.isInteger(h) || output.shape[0] !== hidden.shape[1] || outputBias.shape[0] !== E)
    throw new RangeError(
      `expertMixture: ${E} experts need a first layer of a multiple of ${E} columns, as many rows in the second and ${E} output biases, ` +
        `got [${hidden.shape.join(', ')}], [${output.shape.join(', ')}] and [${outputBias.shape.join(', ')}]`,
    )
  return tf.tidy(() => {
    const active = tf.relu(tf.add(tf.matMul(x, hidden), hiddenBias))
    const weighted = tf.mul(tf.reshape(active, [rows, E, h]), tf.reshape(selection, [rows, E, 1]))
    const mixed = tf.matMul(tf.reshape(weighted, [rows, E * h]), output)
    return tf.add(mixed, tf.matMul(selection, outputBias)) as Tensor2D
  })
}
