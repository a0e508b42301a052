import { type Scalar, stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { expectColumn, expectSameRows } from './shapes.ts'
import { softCrossEntropyOfRows } from './soft-cross-entropy.ts'

/** One value for each of the two lists of RCE-KD. */
export interface TwoLists<T> {
  /** The student's own top items: closed under its ranking. */
  readonly top: T
  /** The teacher's items the student ranks low, with items drawn from above them: approximately closed. */
  readonly approximate: T
}

/**
 * Cross-entropy where it bounds NDCG: on the student's own top items, and on the teacher's remaining items together with
 * items sampled from the student's ranking above them.
 *
 *     loss = sum over rows of (1 - gamma) CE(top) + gamma CE(approximate)
 *     CE   = soft cross-entropy on the list, the same temperature for both models
 *
 * @param input.student Scores of both lists by the model in training. [rows, k] and [rows, l]
 * @param input.teacher Scores of the same lists by the teacher, constants.
 * @param input.gamma Weight of the second list, exp(-beta overlap), a constant. [rows, 1]
 * @param input.mask 1 where a list holds an item, 0 where it is padding.
 * @param input.temperature Above 1 flattens both distributions.
 * @returns Summed over rows. A row without items adds 0.
 * @throws RangeError when shapes disagree or the temperature is not above 0.
 * @see RCE-KD, ICLR 2026, arXiv 2509.20989. The released code divides raw exponentials, which overflow above 88; this
 *   subtracts maxima, and equals it below.
 */
export function rceKd({
  student,
  teacher,
  gamma,
  mask = {},
  temperature = 1,
}: {
  student: TwoLists<Tensor2D>
  teacher: TwoLists<Tensor2D>
  gamma: Tensor2D
  mask?: Partial<TwoLists<Tensor2D | null>>
  temperature?: number
}): Scalar {
  expectColumn('rceKd', 'gamma', gamma)
  expectSameRows('rceKd', { gamma, top: student.top, approximate: student.approximate })
  return tf.tidy(() => {
    const crossEntropy = (list: keyof TwoLists<unknown>) =>
      softCrossEntropyOfRows(student[list], teacher[list], { temperature, mask: mask[list] ?? null })
    const share = stopGradient(gamma)
    const closed = tf.mul(tf.sub(1, share), crossEntropy('top'))
    const approximate = tf.mul(share, crossEntropy('approximate'))
    return tf.sum<Scalar>(tf.add(closed, approximate))
  })
}
