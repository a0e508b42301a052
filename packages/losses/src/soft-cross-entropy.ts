import { maskedLogSoftmax, type Scalar, stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { expectPositive, expectSameShape } from './shapes.ts'

/**
 * The teacher's distribution over a list of items is the target of the student's distribution over the same list.
 *
 *     p = softmax(teacher / temperature), a constant        q = softmax(student / temperature)
 *     loss = sum over rows of -sum over i of p_i log q_i
 *     d loss / d student_i = (q_i - p_i) / temperature
 *
 * Both softmaxes subtract the row's maximum, so no score is too large.
 *
 * @param student Scores of the list by the model in training. [rows, n]
 * @param teacher Scores of the same list by the other model; no gradient flows to it. [rows, n]
 * @param options.temperature Above 1 flattens both distributions.
 * @param options.mask 1 where the list holds an item, 0 where it is padding; both softmaxes run over the ones. [rows, n]
 * @returns Summed over rows. A row without items adds 0.
 * @throws RangeError when shapes disagree or the temperature is not above 0.
 * @see Hinton et al., Distilling the Knowledge in a Neural Network, 2015. Unlike there, the loss is not multiplied by
 *   temperature squared: published weights of recommender distillation assume it is not.
 */
export function softCrossEntropy(
  student: Tensor2D,
  teacher: Tensor2D,
  { temperature = 1, mask = null }: { temperature?: number; mask?: Tensor2D | null } = {},
): Scalar {
  return tf.tidy(() => tf.sum<Scalar>(softCrossEntropyOfRows(student, teacher, { temperature, mask })))
}

/** `softCrossEntropy` before its sum over rows. [rows, 1] */
export function softCrossEntropyOfRows(
  student: Tensor2D,
  teacher: Tensor2D,
  { temperature = 1, mask = null }: { temperature?: number; mask?: Tensor2D | null } = {},
): Tensor2D {
  expectSameShape('softCrossEntropy', { student, teacher, mask }, 'both must score the same list')
  expectPositive('softCrossEntropy', 'temperature', temperature)
  return tf.tidy(() => {
    const target = tf.exp(maskedLogSoftmax(stopGradient(tf.div(teacher, temperature)), mask))
    const logQ = maskedLogSoftmax(tf.div(student, temperature), mask)
    // Where the mask is 0 the target is e^0 = 1, yet log q is 0.
    return tf.neg(tf.sum<Tensor2D>(tf.mul(target, logQ), 1, true))
  })
}
