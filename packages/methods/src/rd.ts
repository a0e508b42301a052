import { hybridWeights, positionWeights, rankDiscrepancyWeights, weightedPositives } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { drawUnseen } from '@recdistill/samplers'
import { z } from 'zod'

/**
 * Ranking distillation: the teacher's first unseen items are further positives, early ones more so, and from some epoch on
 * only those that the student does not rank as high as the teacher.
 *
 *     loss = sum over pairs of sum over k of w_k softplus(-s_k),   k = 0 .. K - 1
 *     w_k = exp(-(k + 1) / T), together 1;   from epoch `start` on times max(0, tanh(mu (rank_k - k)))
 *     rank_k = floor((items - 1) * share of the sampled items that outscore item k)
 *
 * Ranks are of the student as it is at the step. No released configuration says lambda and weight decay for this kind of data. The defaults are the original's; `renormalise` and `rankOffset: 1` make a later port.
 */
export default defineMethod({
  name: 'rd',
  paper: {
    title:
      'Ranking Distillation: Learning Compact Ranking Models With High Performance for Recommender System',
    venue: 'KDD 2018',
    equations: 'section 3, hybrid weighting',
  },
  params: z.object({
    K: z.int().min(1).default(10).describe('items of the teacher taken for positives'),
    T: z
      .number()
      .positive()
      .default(1)
      .describe('how slowly weights fall with the position (lambda in the paper)'),
    mu: z.number().positive().default(0.1).describe('how fast weights rise with the discrepancy of ranks'),
    samples: z
      .int()
      .min(1)
      .default(100)
      .describe('unseen items drawn to estimate ranks, with replacement (epsilon in the paper)'),
    start: z.int().min(0).default(10).describe('first epoch in which the student’s ranks matter'),
    renormalise: z
      .boolean()
      .default(false)
      .describe('weights that include discrepancies sum to 1 again (port)'),
    rankOffset: z.int().min(0).max(1).default(0).describe('added to the estimated rank; 1 in a port'),
  }),
  defaults: { lambda: 1, weightDecay: 1e-6 },
  check: ({ K }, { numItems }) =>
    K > numItems ? [`rd.K: expected at most ${numItems}, the number of items, got ${K}`] : [],
  make: ({ K, T }, { numItems }) => ({ byPlace: positionWeights(K, T), numItems }),
  lists: ({ K, samples }) => ({
    top: {
      size: K,
      refresh: 'once',
      draw: (row, out) => out.set(row.teacher.top(K, { seen: 'skip' })),
      law: { kind: 'first', from: { of: 'teacher', k: K, seen: 'skip' } },
    },
    sampled: {
      size: samples,
      refresh: { epochs: 1 },
      draw: (row, out, rng) => void drawUnseen(row.numItems, row.seen, out, rng),
      law: { kind: 'unseen' },
    },
  }),
  over: 'pairs',
  loss({ student, mask, made, epoch, params: { mu, start, renormalise, rankOffset } }) {
    const { byPlace, numItems } = made
    const discrepancies = () =>
      rankDiscrepancyWeights(student.scores.top, student.scores.sampled, {
        numItems,
        mu,
        rankOffset,
        sampledMask: mask.sampled,
      })
    const byDiscrepancy = epoch < start ? null : discrepancies()
    return weightedPositives(
      student.scores.top,
      hybridWeights(byPlace, mask.top, { byDiscrepancy, renormalise }),
    )
  },
})
