import { expertRegression, gateChoice, groupedTopology, gumbelNoise, weightedSum } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'
import { expertParams } from './experts/expert-params.ts'
import { expertAux, expertsOf, type Side } from './experts/parameters.ts'
import { expertTemperature } from './experts/temperature.ts'
import { presets } from './presets/htd.ts'

const { startT, endT, annealEpochs, annealIndex } = expertParams

/**
 * Hierarchical topology distillation: users and items fall into groups that are learned. The student keeps the teacher's angles
 * within a group, and of the rest only the angles to the groups' means.
 *
 *     loss = alpha TD + (1 - alpha) GA
 *     GA = sum over users and items of || t - sum over g of z_g f_g(s) ||^2        z by Gumbel softmax of the gate v(t), at T
 *     TD = sum over ordered pairs of one group of (cos(s_a, s_b) - cos(t_a, t_b))^2
 *        + sum over groups g and rows a of (cos(P^S_g, s_a) - cos(P^T_g, t_a))^2
 *
 * Rows are the batch's users, and its positive and negative items, each once. A row's group is its gate's likeliest network,
 * without noise; users and items have groups of their own. P are means of rows, constants. Networks and gate learn from GA alone.
 */
export default defineMethod({
  name: 'htd',
  paper: {
    title: 'Topology Distillation for Recommender System',
    venue: 'KDD 2021',
    equations: 'hierarchical topology distillation',
  },
  params: z.object({
    alpha: z.number().min(0).max(1).default(0.9).describe('weight of the topology beside the grouping'),
    groups: z.int().min(1).default(30).describe('groups of users, and as many of items (K in the paper)'),
    choice: z
      .enum(['second', 'first'])
      .default('second')
      .describe('prototypes against rows, or against each other'),
    prototypeGrad: z
      .boolean()
      .default(true)
      .describe(
        'in choice first, gradients pass through prototypes; false, as in released code, leaves it none',
      ),
    samePairs: z
      .enum(['teacherPositive', 'all'])
      .default('teacherPositive')
      .describe('pairs of one group the teacher holds similar (released code), or all of them'),
    startT,
    endT,
    annealEpochs,
    annealIndex,
  }),
  defaults: { lambda: 0.5, weightDecay: 1e-8 },
  presets,
  lists: () => ({}),
  rows: () => ({ users: 'users', items: 'items' }),
  aux: ({ groups }, world) => expertAux(groups, world),
  over: 'users',
  loss(input) {
    const { student, teacher, aux, params, rng } = input
    const { alpha, groups, choice, prototypeGrad, samePairs } = params
    const temperature = expertTemperature(params, input)
    const grouping = (side: Side) => {
      const pair = { student: student.rows[side], teacher: teacher.rows[side], weight: 1 }
      const noise = gumbelNoise([pair.student.shape[0], groups], rng.fork(`gumbel ${side}`))
      return expertRegression([pair], expertsOf(aux, side), { noise, temperature })
    }
    const groupsOf = (side: Side) => gateChoice(teacher.rows[side], expertsOf(aux, side))
    const topology = () =>
      groupedTopology(
        [student.rows.users, student.rows.items],
        [teacher.rows.users, teacher.rows.items],
        [...groupsOf('users'), ...groupsOf('items').map((group) => group + groups)],
        {
          samePairs,
          prototypesWith: choice === 'second' ? 'entities' : 'prototypes',
          prototypeGradient: prototypeGrad,
        },
      )
    return weightedSum([
      [alpha, topology()],
      [1 - alpha, grouping('users')],
      [1 - alpha, grouping('items')],
    ])
  },
})
