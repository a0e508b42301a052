import { stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { expertMixture, type Experts } from './expert-mixture.ts'
import { gumbelSelection } from './gumbel-selection.ts'

/** Experts and the gate that chooses among them. */
export interface GatedExperts extends Experts {
  readonly gate: Tensor2D // [d_T, E]
  readonly gateBias: Tensor2D // [1, E]
}

export interface ExpertNoise {
  /** Gumbel noise, fresh for every row; constants. [n, E] */
  readonly noise: Tensor2D
  /** Of the selection, above 0. */
  readonly temperature: number
}

/**
 * Student vectors in the teacher's space, each by the experts its teacher vector asks for.
 *
 *     alpha = softmax(t gate + gateBias)        z = gumbelSelection(alpha, noise, T)        f(s) = sum over e of z_e E_e(s)
 *
 * @param student [n, d_S]
 * @param teacher Of the same entities; a constant. [n, d_T]
 * @param options.frozen Treat the student's vectors as constants, so that only experts and gate learn.
 * @returns [n, d_T]
 * @throws RangeError when shapes disagree.
 * @see Kang et al., DE-RRD, CIKM 2020, section 3.1.
 */
export function projectByExperts(
  student: Tensor2D,
  teacher: Tensor2D,
  experts: GatedExperts,
  { noise, temperature, frozen = false }: ExpertNoise & { frozen?: boolean },
): Tensor2D {
  return tf.tidy(() => {
    const rows = student.shape[0]
    if (rows === 0) return tf.zeros<tf.Rank.R2>([0, experts.output.shape[1]])
    const probabilities = tf.softmax<Tensor2D>(
      tf.add(tf.matMul(stopGradient(teacher), experts.gate), experts.gateBias),
    )
    const selection = gumbelSelection(probabilities, noise, { temperature })
    return expertMixture(frozen ? stopGradient(student) : student, selection, experts)
  })
}
