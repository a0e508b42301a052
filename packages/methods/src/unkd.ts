import { pairwisePreference } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'
import {
  countSeenOfGroup,
  drawOther,
  drawPreferred,
  listCandidates,
  planGroups,
} from './draws/group-pairs.ts'
import { presets } from './presets/unkd.ts'

/**
 * Unbiased distillation: items are grouped by popularity, and only the teacher's order within a group is passed on, so that
 * how popular a group is carries no signal.
 *
 *     loss = sum over pairs (u, i) of mean over n of -log sigmoid(s_preferred - s_other)
 *
 * Both items are of one group, unseen by the user, and drawn from the teacher's order with weights exp(-(t + 1) / T); the one
 * ranked higher is preferred. Groups with fewer than two such items are left out.
 */
export default defineMethod({
  name: 'unkd',
  paper: {
    title: 'Unbiased Knowledge Distillation for Recommendation',
    venue: 'WSDM 2023',
    equations: 'section 4, popularity-aware groups and pairwise distillation',
  },
  params: z.object({
    G: z.int().min(1).default(2).describe('groups with equally many interactions, about'),
    size: z.int().min(1).default(2).describe('pairs per user and epoch over all groups (n in the paper)'),
    exponent: z
      .number()
      .min(0)
      .default(0)
      .describe('above 0, groups of less popular items get more of the pairs (lambda in the paper)'),
    T: z.number().positive().default(20).describe('temperature of the draw; large is nearly uniform'),
    depth: z.int().min(2).default(1000).describe('the teacher’s first items of a group that are drawn from'),
    epsilon: z
      .number()
      .min(0)
      .default(0)
      .describe('added inside the logarithm; 1e-10 reproduces released code'),
    groupWeight: z
      .boolean()
      .default(false)
      .describe('pairs weigh as many as the user has seen of their group'),
  }),
  defaults: { lambda: 0.5, weightDecay: 1e-8 },
  presets,
  make(params, { train, numItems }) {
    const counts = new Uint32Array(numItems)
    for (const item of train.items) counts[item]++
    return planGroups(counts, params)
  },
  lists(_, __, plan) {
    const pairs = sum(plan.quotas)
    return {
      candidates: {
        size: sum(plan.depths),
        refresh: 'once',
        draw: (row, out) => listCandidates(plan, row, out),
      },
      preferred: {
        size: pairs,
        refresh: { epochs: 1 },
        draw: (row, out, rng) => drawPreferred(plan, row.list('candidates'), out, rng),
      },
      other: {
        size: pairs,
        refresh: { epochs: 1 },
        draw: (row, out, rng) => drawOther(plan, row.list('candidates'), row.list('preferred'), out, rng),
      },
    }
  },
  values: ({ groupWeight }, _, plan) => ({
    weights: {
      size: groupWeight ? sum(plan.quotas) : 0,
      refresh: groupWeight ? { epochs: 1 } : 'once',
      fill: (row, out) => countSeenOfGroup(plan, row, row.list('preferred'), out),
    },
  }),
  over: 'pairs',
  loss: ({ student, mask, values, params: { groupWeight, epsilon } }) =>
    pairwisePreference(student.scores.preferred, student.scores.other, {
      mask: mask.preferred,
      weights: groupWeight ? values.weights : null,
      epsilon,
    }),
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}
