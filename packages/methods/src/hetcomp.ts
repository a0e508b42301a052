import { hetCompOverall, hetCompRankAware, weightedSum } from '@recdistill/losses'
import { defineMethod, type World } from '@recdistill/plugin'
import { bestByScore } from '@recdistill/samplers'
import { z } from 'zod'
import { drawTarget, isLast, stageValue } from './draws/stage.ts'
import { presets } from './presets/hetcomp.ts'

/**
 * Heterogeneous model compression: what converged teachers know is hard to learn for a small student, so it follows snapshots
 * of their training, each user at a pace of its own; once all have reached the end the order within the lists counts as well.
 *
 *     overall     2 sum over i in P and Q of log(sum over j in N \ Q of e^c_j + e^c_i) - c_i
 *     rank-aware  K3(P; N \ Q1) + (K3(Q1; N \ Q1) + K3(Q2; N \ Q2)) / 2
 *
 * c are the student's scores clamped to [-40, 40], N the items that are no training positives of the user, P its observed
 * positives, Q the first K items of its present snapshots, Q1 and Q2 the first half and tenth of Q, K3 relaxed ranking.
 * Sums over N run over the whole catalogue. A user's snapshot moves on with the agreement of student and next snapshot.
 */
export default defineMethod({
  name: 'hetcomp',
  paper: {
    title: 'Distillation from Heterogeneous Models for Top-K Recommendation',
    venue: 'WWW 2023',
    equations: 'section 4, dynamic knowledge construction and adaptive knowledge transfer',
  },
  params: z.object({
    K: z.int().min(1).default(50).describe('items of the teachers’ list per user'),
    KP: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe('observed positives per user; null: the shortest history of any user, or K / 10 of the best'),
    observed: z
      .enum(['first', 'best'])
      .default('first')
      .describe('observed positives: the first by id, or those the teacher ranks best (original)'),
    V: z.int().min(1).default(3).describe('snapshots of each teacher, the last the converged one'),
    p: z.int().min(1).default(10).describe('epochs between two looks at how far each user is'),
    alpha: z.number().positive().default(1.05).describe('threshold of moving on; falls by 0.5 % a look'),
    k: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe('first places that agreement looks at; null: K (original: 50)'),
    overallWeight: z.number().positive().default(2).describe('factor on the overall objective'),
    clamp: z.number().positive().default(40).describe('scores beyond it count as it, without gradient'),
    standalone: z
      .boolean()
      .default(false)
      .describe('the original form: no base loss, each distinct user of a batch once'),
  }),
  defaults: { lambda: 0.005, weightDecay: 1e-3 },
  presets,
  check: ({ K, KP, k }, { numItems }) => [
    ...(K > numItems ? [`hetcomp.K: expected at most ${numItems}, the number of items, got ${K}`] : []),
    ...(KP !== null && KP > numItems
      ? [`hetcomp.KP: expected at most ${numItems}, the number of items, got ${KP}`]
      : []),
    ...(k !== null && k > K ? [`hetcomp.k: expected at most K = ${K}, got ${k}`] : []),
  ],
  trajectory: ({ V }) => V,
  warmUp: ({ V, p }) => V * p,
  make: (_, { teachers = 1 }) => ({ teachers }),
  values: (params, _, { teachers }) => ({ stage: stageValue(params, teachers) }),
  lists: ({ K, KP, observed, p }, world) => ({
    observed: {
      size: KP ?? (observed === 'first' ? shortestHistory(world) : Math.max(1, Math.floor(K / 10))),
      refresh: 'once',
      draw: ({ seen, teacher }, out) =>
        observed === 'first'
          ? out.set(seen.subarray(0, out.length))
          : void bestByScore(seen, teacher.scoresOf(seen), out),
    },
    target: { size: K, refresh: { epochs: p }, draw: (row, out) => drawTarget(row, K, out) },
  }),
  backgrounds: ({ clamp }) => ({ others: { without: ['target'], clamp } }),
  over: ({ standalone }) => (standalone ? 'users' : 'pairs'),
  base: ({ standalone }) => !standalone,
  loss({ student: { scores, backgrounds }, mask, everyone, made, params: { K, V, clamp, overallWeight } }) {
    const options = { clamp, mask }
    return isLast(everyone.stage, V, made.teachers)
      ? hetCompRankAware(scores, backgrounds.others, { ...options, K })
      : weightedSum([[overallWeight, hetCompOverall(scores, backgrounds.others, options)]])
  },
})

/** Training positives of the user with the fewest, of those who have any. */
function shortestHistory({ train: { offsets } }: World): number {
  let shortest = Infinity
  for (let user = 0; user + 1 < offsets.length; user++) {
    const count = offsets[user + 1] - offsets[user]
    if (count > 0) shortest = Math.min(shortest, count)
  }
  return Number.isFinite(shortest) ? shortest : 1
}
