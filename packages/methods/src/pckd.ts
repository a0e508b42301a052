import {
  gumbelNoise,
  listScores,
  onDistinctRows,
  pairwiseRegulariser,
  projectByExperts,
  softCrossEntropy,
  weightedSum,
} from '@recdistill/losses'
import { defineMethod, type ListSpec, type OrderedItems } from '@recdistill/plugin'
import { sampleByPosition, sampleWithReplacement } from '@recdistill/samplers'
import { z } from 'zod'
import { unused } from './draws/unused.ts'
import { expertParams } from './experts/expert-params.ts'
import { expertTerm } from './experts/expert-term.ts'
import { expertAux, expertsOf, type Side } from './experts/parameters.ts'
import { expertTemperature } from './experts/temperature.ts'
import { presets } from './presets/pckd.ts'

const params = z.object({
  alpha: z.number().min(0).default(0.1).describe('weight of the regulariser beside the experts’ term'),
  form: z
    .enum(['list', 'pair', 'hybrid'])
    .default('list')
    .describe('what the projection preserves: a distribution over Q items, the order of two, or both'),
  guide: z
    .enum(['teacher', 'student'])
    .default('teacher')
    .describe('whose ranking items are drawn from; training positives stay in'),
  T: z.number().positive().default(10).describe('temperature of the draw; large is nearly uniform'),
  M: z.int().min(1).default(100).describe('positions drawn from'),
  Q: z.int().min(2).default(5).describe('items drawn per user and epoch'),
  tau: z.number().positive().default(0.1).describe('temperature of both distributions of the list form'),
  refresh: z
    .int()
    .min(1)
    .default(1)
    .describe('epochs between two rankings by a guiding student; items are drawn in every epoch'),
  independent: z
    .boolean()
    .default(false)
    .describe('draw with replacement, so that an item can come twice (paper)'),
  ...expertParams,
})
type Params = z.output<typeof params>

const batchRows = { users: 'users', positives: 'positives', negatives: 'negatives' } as const
const rowsOfLists = {
  rowUsers: { of: 'users', per: 'row' },
  likelyItems: { of: 'items', list: 'likely' },
  comparedItems: { of: 'items', list: 'compared' },
} as const

/**
 * Preference-consistent distillation: distillation experts whose projection is kept from reordering what the student likes.
 *
 *     loss = DE + alpha R        pre(u, i) = <s_u, s_i>        post(u, i) = <f_U(s_u), f_I(s_i)>
 *     list:   R = sum over pairs of CE(softmax(pre / tau), softmax(post / tau)) over Q items
 *     pair:   R = sum over pairs of softplus(-(post_1 - post_2)(pre_1 - pre_2)) of two items
 *     hybrid: both, of separate draws
 *
 * In R the student's vectors are constants: it trains experts and gates only. Items are drawn from the first M of the
 * guide's ranking with weights exp(-(t + 1) / T), without replacement (the paper: independently, from a student's ranking
 * of some epochs ago: `guide`, `refresh`, `independent`). Every projection has Gumbel noise of its own, one draw
 * for each user and each item of the batch.
 */
export default defineMethod({
  name: 'pckd',
  paper: {
    title: 'Preference-Consistent Knowledge Distillation for Recommender System',
    venue: 'TKDE 2024, arXiv 2311.04549',
    equations: 'section 4, list-wise and pair-wise regularisers',
  },
  params,
  defaults: { lambda: 0.05, weightDecay: 1e-4 },
  presets,
  check: ({ Q, M }, { numItems }) => [
    ...(Q > M ? [`pckd.Q: expected at most M = ${M}, got ${Q}`] : []),
    ...(M > numItems ? [`pckd.M: expected at most ${numItems}, the number of items, got ${M}`] : []),
  ],
  lists: (params) => ({
    ranked: isKept(params) ? rankingOf(params) : unused,
    likely: params.form === 'pair' ? unused : drawn(params, params.Q),
    compared: params.form === 'list' ? unused : drawn(params, 2),
  }),
  rows: () => ({ ...batchRows, ...rowsOfLists }),
  aux: ({ experts }, world) => expertAux(experts, world),
  over: 'pairs',
  loss(input) {
    const { student, teacher, mask, aux, params, rng } = input
    const temperature = expertTemperature(params, input)
    const projected = (rows: keyof typeof rowsOfLists, side: Side, draw: string) =>
      onDistinctRows(input.ids[rows], [student.rows[rows], teacher.rows[rows]], (ids, [own, theirs]) => {
        const noise = gumbelNoise([ids.length, params.experts], rng.fork(`gumbel ${rows} ${draw}`), { ids })
        return projectByExperts(own, theirs, expertsOf(aux, side), { noise, temperature, frozen: true })
      })
    const regulariser = (list: 'likely' | 'compared') => {
      const after = listScores(projected('rowUsers', 'users', list), projected(`${list}Items`, 'items', list))
      const before = listScores(student.rows.rowUsers, student.rows[`${list}Items`])
      return list === 'likely'
        ? softCrossEntropy(after, before, { temperature: params.tau, mask: mask.likely })
        : pairwiseRegulariser(after, before, { mask: mask.compared })
    }
    const forms = { list: ['likely'], pair: ['compared'], hybrid: ['likely', 'compared'] } as const
    return weightedSum([
      [1, expertTerm(input)],
      ...forms[params.form].map((list) => [params.alpha, regulariser(list)] as const),
    ])
  },
})

/** Whether the guide's ranking is older than the epoch it is drawn from. */
function isKept({ guide, refresh }: Params): boolean {
  return guide === 'student' && refresh > 1
}

function rankingOf({ guide, M, refresh }: Params): ListSpec {
  return {
    size: M,
    refresh: { epochs: refresh },
    draw: (row, out) => out.set(row[guide].top(M)),
    law: { kind: 'first', from: { of: guide, k: M, seen: 'keep' } },
  }
}

/** Items of the guide's unmasked ranking, in the order they are drawn: the first two are the pair of the pair form. */
function drawn(params: Params, size: number): ListSpec {
  const { guide, M, T, independent } = params
  const from: OrderedItems = isKept(params) ? { list: 'ranked' } : { of: guide, k: M, seen: 'keep' }
  const weights = Float64Array.from({ length: M }, (_, t) => Math.exp(-t / T)) // a common factor cancels
  return {
    size,
    refresh: { epochs: 1 },
    draw(row, out, rng) {
      const candidates = isKept(params) ? row.list('ranked') : row[guide].top(M)
      if (independent) sampleWithReplacement(candidates, weights, out, rng)
      else sampleByPosition(candidates, T, out, rng, { keepDrawOrder: true })
    },
    law: independent ? undefined : { kind: 'byPosition', from, T, keepDrawOrder: true },
  }
}
