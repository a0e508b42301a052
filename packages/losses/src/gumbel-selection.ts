import { type Tensor2D, tf } from '@recdistill/tensor'
import { expectPositive, expectSameShape } from './shapes.ts'

/** Keeps the log of a probability that rounds to 0 finite, as the released code does. */
const FLOOR = 1e-10

/**
 * A soft draw of one of E choices per row that gradients pass through: one-hot as the temperature goes to 0.
 *
 *     z = softmax over e of (log(alpha_e + 1e-10) + g_e) / T        g_e ~ Gumbel(0, 1), constants
 *
 * The row's maximum is taken away before dividing by T, so a temperature of 1e-10 neither overflows nor loses digits.
 *
 * @param probabilities alpha, each row sums to 1. [n, E]
 * @param noise g, one number for each element. [n, E]
 * @param options.temperature T, above 0.
 * @returns z, each row sums to 1. [n, E]
 * @throws RangeError when the two differ in shape or the temperature is not above 0.
 * @see Kang et al., DE-RRD, CIKM 2020, section 3.1; Jang et al., ICLR 2017 (the law). Soft, not straight-through, as there.
 */
export function gumbelSelection(
  probabilities: Tensor2D,
  noise: Tensor2D,
  { temperature }: { temperature: number },
): Tensor2D {
  expectSameShape('gumbelSelection', { probabilities, noise }, 'every choice of every row has its noise')
  expectPositive('gumbelSelection', 'temperature', temperature)
  if (probabilities.size === 0) return tf.clone(probabilities)
  return tf.tidy(() => {
    const logits = tf.add(tf.log(tf.add(probabilities, FLOOR)), noise)
    // A softmax does not depend on what is taken from all of a row, but the gradient through the largest cancels what rounding leaves
    // of a selection that is all but one expert: at a temperature of 1e-10 that would be the whole gradient.
    const largest = tf.max(logits, 1, true)
    return tf.softmax<Tensor2D>(tf.div(tf.sub(logits, largest), temperature))
  })
}
