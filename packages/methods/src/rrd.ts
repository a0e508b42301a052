import { defineMethod, type Values } from '@recdistill/plugin'
import { z } from 'zod'
import { candidateScores, interestingItems } from './draws/interesting-items.ts'
import { uninterestingItems } from './draws/relaxed-lists.ts'
import { presets } from './presets/rrd.ts'
import { interestingFirst, relaxedTerm, scoreCap } from './terms/relaxed-term.ts'

/**
 * Relaxed ranking distillation: the teacher's order among items the user would probably like, and only the fact that
 * all others rank below them.
 *
 *     loss = sum over distinct users of sum over k of log(sum over m >= k of e^a_m + sum over l of e^b_l) - a_k
 *
 * a are the student's scores of K interesting items in teacher order, b those of L uninteresting ones. Candidates are the
 * teacher's first `maxK` items without training positives.
 */
export default defineMethod({
  name: 'rrd',
  paper: {
    title: 'DE-RRD: A Knowledge Distillation Framework for Recommender System',
    venue: 'CIKM 2020',
    equations: 'section 3.2, relaxed ranking distillation',
  },
  params: z.object({
    K: z.int().min(1).default(100).describe('interesting items per user'),
    L: z.int().min(1).default(200).describe('uninteresting items per user'),
    maxK: z
      .int()
      .min(1)
      .default(500)
      .describe('candidates per user: the teacher’s first unseen items (M in the paper)'),
    T: z.number().positive().default(10).describe('temperature of the draw; large is nearly uniform'),
    interesting: z
      .enum(['sample', 'top', 'score'])
      .default('sample')
      .describe('draw candidates by position, take the first K, or draw by teacher score over T'),
    noSort: z.boolean().default(false).describe('list interesting items in the order they were drawn'),
    scoreCap,
  }),
  defaults: { lambda: 0.1, weightDecay: 1e-5 },
  presets,
  check: ({ K, L, maxK }, { numItems }) => [
    ...(K > maxK ? [`rrd.K: expected at most maxK = ${maxK}, got ${K}`] : []),
    ...(maxK > numItems ? [`rrd.maxK: expected at most ${numItems}, the number of items, got ${maxK}`] : []),
    ...(maxK <= numItems && L > numItems - maxK
      ? [
          `rrd.L: expected at most ${numItems - maxK}, the items that are no candidates (${numItems} - maxK), got ${L}`,
        ]
      : []),
  ],
  lists: ({ K, L, maxK, T, interesting, noSort }) => ({
    interesting: interestingItems({ K, maxK, T, interesting, noSort }),
    uninteresting: uninterestingItems({ L, maxK }),
  }),
  values: ({ maxK, interesting }): Values =>
    interesting === 'score' ? { scores: candidateScores(maxK) } : {},
  over: 'users',
  loss: (input) => relaxedTerm(input, interestingFirst(input.params)),
  fused: interestingFirst,
})
