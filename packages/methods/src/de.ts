import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'
import { expertParams } from './experts/expert-params.ts'
import { expertTerm } from './experts/expert-term.ts'
import { expertAux } from './experts/parameters.ts'
import { presets } from './presets/de.ts'

/**
 * Distillation experts: small networks map the student's vectors into the teacher's space, and a gate that looks at the
 * teacher's vector chooses which of them does it, so that users and items of different kinds are reconstructed differently.
 *
 *     l(x) = || t_x - sum over e of z_e E_e(s_x) ||^2        z = softmax((log alpha + Gumbel noise) / T)
 *     loss = sum over users of l + 0.5 (sum over positives of l + sum over negatives of l)
 *
 * Users, positives and negatives are the batch's, each once. alpha = softmax of a linear layer of the teacher's vector; T
 * falls to nearly 0, until each entity has one expert. Experts and gates are dropped after training.
 */
export default defineMethod({
  name: 'de',
  paper: {
    title: 'DE-RRD: A Knowledge Distillation Framework for Recommender System',
    venue: 'CIKM 2020',
    equations: 'section 3.1, distillation experts',
  },
  params: z.object(expertParams),
  defaults: { lambda: 0.05, weightDecay: 1e-4 },
  presets,
  lists: () => ({}),
  rows: () => ({ users: 'users', positives: 'positives', negatives: 'negatives' }),
  aux: ({ experts }, world) => expertAux(experts, world),
  over: 'users',
  loss: (input) => expertTerm(input),
})
