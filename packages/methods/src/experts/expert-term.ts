import { expertRegression, gumbelNoise, weightedSum, type GatedExperts } from '@recdistill/losses'
import type { Rng } from '@recdistill/plugin'
import { expertsOf, type Side } from './parameters.ts'
import { expertTemperature, type Annealing } from './temperature.ts'

type Tensor2D = GatedExperts['hidden']
type Vectors = { readonly rows: { readonly [name in 'users' | 'positives' | 'negatives']: Tensor2D } }

/** What the term reads of a loss's input. */
export interface ExpertInput {
  readonly student: Vectors
  readonly teacher: Vectors
  readonly aux: Parameters<typeof expertsOf>[0]
  readonly params: Annealing & { readonly experts: number }
  readonly epoch: number
  readonly epochs: number
  readonly rng: Rng
}

/** How far experts' reconstructions are from the teacher's vectors: users once, positives and negatives half. */
export function expertTerm(input: ExpertInput) {
  const { student, teacher, aux, params, rng } = input
  const temperature = expertTemperature(params, input)
  const side = (side: Side, names: readonly (keyof Vectors['rows'])[], weight: number) => {
    const groups = names.map((name) => ({ student: student.rows[name], teacher: teacher.rows[name], weight }))
    const rows = groups.reduce((sum, { student }) => sum + student.shape[0], 0)
    const noise = gumbelNoise([rows, params.experts], rng.fork(`gumbel ${side}`))
    return expertRegression(groups, expertsOf(aux, side), { noise, temperature })
  }
  return weightedSum([
    [1, side('users', ['users'], 1)],
    [1, side('items', ['positives', 'negatives'], 0.5)],
  ])
}
