import { bprLoss, softBinaryCrossEntropy, softTargets, weightedSum } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'
import { drawDiscrepant } from './draws/discrepant-items.ts'
import { presets } from './presets/bd.ts'

/**
 * Bidirectional distillation: teacher and student, both trained before, go on training together, and each learns of the
 * other where the other is likely to be right, which their ranks tell.
 *
 *     W_T(u, i) = exp(epsE (rank_S - rank_T))           items drawn by it are taught to the teacher
 *     W_S(u, i) = tanh(max(0, epsT (rank_T - rank_S)))  items drawn by it are taught to the student
 *     student loss = sum over pairs (u, i), j ~ W_S, of BPR(s_ui, s_uj) + lambdaTS K4(s_uj, sigmoid(t_uj / tauT))
 *     teacher loss = sum over pairs (u, i), j ~ W_T, of BPR(t_ui, t_uj) + lambdaST K4(t_uj, sigmoid(s_uj / tauS))
 *
 * In the form `pairs` (MF) the item taught is the negative of the pair as well, and takes the place of the models' own
 * objective. In the form `users` (CDAE) it stays, K4 stands alone, and items drawn twice for a user in an epoch count once.
 */
export default defineMethod({
  name: 'bd',
  paper: {
    title: 'Bidirectional Distillation for Top-K Recommender System',
    venue: 'WWW 2021',
    equations: 'sections 4.2 to 4.4',
  },
  params: z.object({
    form: z
      .enum(['pairs', 'users'])
      .default('pairs')
      .describe('for models trained on pairs (MF) or on users with all they have seen (CDAE)'),
    lambdaTS: z.number().min(0).default(0.5).describe('weight of what the teacher teaches the student'),
    lambdaST: z.number().min(0).default(0.5).describe('weight of what the student teaches the teacher'),
    tauT: z.number().positive().default(5).describe('temperature of the teacher’s probabilities'),
    tauS: z.number().positive().default(5).describe('temperature of the student’s probabilities'),
    epsE: z.number().positive().default(1e-4).describe('steepness of the weights of the teacher’s items'),
    epsT: z.number().positive().default(1e-2).describe('steepness of the weights of the student’s items'),
    p: z.int().min(1).default(10).describe('epochs between two rankings by both models'),
    perPair: z.int().min(1).default(1).describe('items drawn per training pair and direction; 5 for CDAE'),
    maskMode: z
      .enum(['last', 'zeroScore'])
      .default('last')
      .describe('seen items rank last, or as if their score were 0 (released MF code)'),
  }),
  defaults: { lambda: 1, weightDecay: 0, teacherWeightDecay: 0 },
  presets,
  check: ({ form, lambdaTS, lambdaST }) =>
    Object.entries(form === 'users' ? { lambdaTS, lambdaST } : {}).flatMap(([name, weight]) =>
      weight > 0
        ? []
        : [`bd.${name}: expected a number above 0 in the form users, which has no other term; got ${weight}`],
    ),
  lists: (params) => ({
    positive: { pair: 'positive' },
    forStudent: {
      size: params.perPair,
      per: 'pair',
      refresh: { epochs: params.p },
      draw: (row, out, rng) => drawDiscrepant('student', params, row, out, rng),
    },
    forTeacher: {
      size: params.perPair,
      per: 'pair',
      refresh: { epochs: params.p },
      draw: (row, out, rng) => drawDiscrepant('teacher', params, row, out, rng),
    },
  }),
  over: 'pairs',
  loss({ student, teacher, mask: { forStudent: mask }, params: { form, lambdaTS, tauT } }) {
    const { positive, forStudent } = student.scores
    const targets = softTargets(teacher.scores.forStudent, { temperature: tauT })
    return weightedSum([
      [lambdaTS, softBinaryCrossEntropy(forStudent, targets, { mask })],
      ...(form === 'pairs' ? [[1, bprLoss(positive, forStudent, { mask })] as const] : []),
    ])
  },
  teacherLoss({ student, teacher, mask: { forTeacher: mask }, params: { form, lambdaST, tauS } }) {
    const { positive, forTeacher } = teacher.scores
    const targets = softTargets(student.scores.forTeacher, { temperature: tauS })
    return weightedSum([
      [lambdaST, softBinaryCrossEntropy(forTeacher, targets, { mask })],
      ...(form === 'pairs' ? [[1, bprLoss(positive, forTeacher, { mask })] as const] : []),
    ])
  },
  base: ({ form }) => form === 'users',
  startsFrom: 'scratch',
})
