import { stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { expectPositive } from './shapes.ts'

/**
 * The probabilities that scores stand for, as constants: targets of `softBinaryCrossEntropy`.
 *
 *     y = sigmoid((score + shift) / temperature)
 *
 * @param scores Logits of the model that is not in training. [rows, n]
 * @param options.temperature Above 1 moves probabilities toward a half.
 * @throws RangeError when the temperature is not above 0.
 * @see Lee et al., Collaborative Distillation for Top-N Recommendation, ICDM 2019: shift T2 and temperature T1.
 */
export function softTargets(
  scores: Tensor2D,
  { temperature = 1, shift = 0 }: { temperature?: number; shift?: number } = {},
): Tensor2D {
  expectPositive('softTargets', 'temperature', temperature)
  return tf.tidy(() => stopGradient(tf.sigmoid<Tensor2D>(tf.div(tf.add(scores, shift), temperature))))
}
