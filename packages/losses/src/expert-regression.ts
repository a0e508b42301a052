import { type Scalar, stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { projectByExperts, type ExpertNoise, type GatedExperts } from './expert-projection.ts'
import { expectSameRows, expectSameShape } from './shapes.ts'
import { stackRows } from './stack-rows.ts'

/** Entities of one kind, and how much each of them counts. */
export interface WeightedRows {
  readonly student: Tensor2D // [n, d_S]
  readonly teacher: Tensor2D // [n, d_T]
  readonly weight: number
}

/**
 * How far the experts' reconstruction is from the teacher's vectors.
 *
 *     loss = sum over groups of weight * sum over rows of || t - f(s) ||^2
 *     d loss / d f(s) = 2 weight (f(s) - t)
 *
 * Teacher vectors are constants. Groups that share experts go through them as one matrix.
 *
 * @param noise One row for each row of the groups, in their order. [sum of n, E]
 * @returns Summed over rows.
 * @throws RangeError when shapes disagree.
 * @see Kang et al., DE-RRD, CIKM 2020, section 3.1.
 */
export function expertRegression(
  groups: readonly WeightedRows[],
  experts: GatedExperts,
  { noise, temperature }: ExpertNoise,
): Scalar {
  for (const { student, teacher } of groups) expectSameRows('expertRegression', { student, teacher })
  return tf.tidy(() => {
    const present = groups.filter(({ student }) => student.shape[0] > 0)
    if (present.length === 0) return tf.scalar(0)
    const [student, teacher] = (['student', 'teacher'] as const).map((name) =>
      stackRows(
        'expertRegression',
        name,
        present.map((group) => group[name]),
      ),
    )
    const weights = present.flatMap(({ student, weight }) => new Array<number>(student.shape[0]).fill(weight))
    const projected = projectByExperts(student, teacher, experts, { noise, temperature })
    expectSameShape('expertRegression', { projected, teacher }, 'experts end in the space of the teacher')
    const difference = tf.sub(projected, stopGradient(teacher))
    const distances = tf.sum(tf.square(difference), 1)
    return tf.sum<Scalar>(tf.mul(distances, tf.tensor1d(weights)))
  })
}
