import { mixExperts, type ExpertLayers, type Tensor2D } from '@recdistill/tensor'
import { expectSameRows } from './shapes.ts'

/** E two-layer networks side by side: expert e owns columns e h to e h + h - 1 of the first layer, those rows of the second. */
export type Experts = ExpertLayers // hidden [d_S, E h], hiddenBias [1, E h], output [E h, d_T], outputBias [E, d_T]

/**
 * A weighted sum of what E experts make of each row.
 *
 *     mixture(x) = sum over e of z_e E_e(x)        E_e(x) = relu(x W_e + b_e) V_e + c_e
 *
 * @param x Rows to map. [n, d_S]
 * @param selection z, the weight of each expert; one below 2^-24 of the row's largest counts as 0. [n, E]
 * @returns [n, d_T]
 * @throws RangeError when shapes disagree.
 * @see Kang et al., DE-RRD, CIKM 2020, section 3.1.
 */
export function expertMixture(x: Tensor2D, selection: Tensor2D, experts: Experts): Tensor2D {
  expectSameRows('expertMixture', { x, selection })
  const { hidden, hiddenBias, output, outputBias } = experts
  const E = selection.shape[1]
  const [units, width] = [hidden.shape[1], output.shape[1]]
  const came = [hidden, hiddenBias, output, outputBias].map(({ shape }) => `[${shape.join(', ')}]`).join(', ')
  if (
    units % E !== 0 ||
    came !== `[${x.shape[1]}, ${units}], [1, ${units}], [${units}, ${width}], [${E}, ${width}]`
  )
    throw new RangeError(
      `expertMixture: ${E} experts on x of [${x.shape.join(', ')}] need layers of [${x.shape[1]}, ${E} h], [1, ${E} h], [${E} h, d] and [${E}, d], got ${came}`,
    )
  return mixExperts(x, selection, experts)
}
