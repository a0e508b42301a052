import { weightedSum } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'
import de from './de.ts'
import { expertAux } from './experts/parameters.ts'
import { expertTerm } from './experts/expert-term.ts'
import { presets } from './presets/de-rrd.ts'
import rrd from './rrd.ts'
import { interestingFirst, relaxedTerm } from './terms/relaxed-term.ts'

/**
 * Both halves of the paper at once: vectors through distillation experts, rankings by relaxed ranking distillation.
 *
 *     loss = deLambda DE + rrdLambda RRD        total = base + lambda * loss
 *
 * Terms, lists and parameters are those of `de` and `rrd`.
 */
export default defineMethod({
  name: 'de-rrd',
  paper: {
    title: 'DE-RRD: A Knowledge Distillation Framework for Recommender System',
    venue: 'CIKM 2020',
    equations: 'section 3.3, optimization of DE-RRD',
  },
  params: z.object({
    deLambda: z.number().min(0).default(0.05).describe('weight of the experts’ term, times lambda'),
    rrdLambda: z.number().min(0).default(0.1).describe('weight of the ranking term, times lambda'),
    ...de.params.shape,
    ...rrd.params.shape,
  }),
  defaults: { lambda: 1, weightDecay: 1e-5 },
  presets,
  check: ({ deLambda, rrdLambda, ...params }, size) => [
    ...(deLambda + rrdLambda > 0 ? [] : ['de-rrd: expected deLambda or rrdLambda above 0, got 0 and 0']),
    ...(rrd.check?.(params, size) ?? []).map((problem) => problem.replace(/^rrd\./, 'de-rrd.')),
  ],
  lists: (params, world) => rrd.lists(params, world, undefined),
  values: (params, world) => rrd.values?.(params, world, undefined) ?? {},
  rows: () => ({ users: 'users', positives: 'positives', negatives: 'negatives' }),
  aux: ({ experts }, world) => expertAux(experts, world),
  over: 'users',
  loss(input) {
    const { deLambda, rrdLambda } = input.params
    return weightedSum([
      [deLambda, expertTerm(input)],
      [rrdLambda, relaxedTerm(input, interestingFirst(input.params))],
    ])
  },
})
