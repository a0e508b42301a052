import { rceKd, softCrossEntropy } from '@recdistill/losses'
import { defineMethod, type ListSpec } from '@recdistill/plugin'
import { z } from 'zod'
import { approximateLaw, drawApproximate, overlap, overlapLaw } from './draws/approximate.ts'
import { unused } from './draws/unused.ts'
import { presets } from './presets/rce-kd.ts'

/**
 * Rejuvenated cross-entropy: the teacher's distribution is copied only on sets of items that are closed, or nearly, under
 * the student's ranking, for only there does cross-entropy bound NDCG.
 *
 *     loss = sum over pairs of (1 - gamma) CE(top) + gamma CE(approximate),   gamma = exp(-beta overlap)
 *
 * `top` is the student's own first K items; `approximate` is L items drawn from the student's first M, the more often the
 * more of the teacher's first K they stand above, with those of the teacher's items that are in neither. Training
 * positives are not masked. The defaults are the released code's; `gammaMode`, `countMode`, `M` and `reduction` hold the
 * paper's wording.
 */
export default defineMethod({
  name: 'rce-kd',
  paper: {
    title: 'Rejuvenating Cross-Entropy Loss in Knowledge Distillation for Recommender Systems',
    venue: 'ICLR 2026, arXiv 2509.20989',
    equations: 'section 4, theorems 4.1 and 4.4',
  },
  params: z.object({
    K: z.int().min(1).default(50).describe('length of the teacher’s and of the student’s top list'),
    L: z.int().min(1).default(50).describe('items drawn from the student’s ranking'),
    T: z.number().positive().default(10).describe('temperature of the draw'),
    M: z.int().min(1).default(200).describe('student positions drawn from; all items is the paper’s wording'),
    tau: z
      .number()
      .positive()
      .default(1)
      .describe('temperature of both distributions; above 1 flattens them'),
    beta: z.number().min(0).default(3).describe('how fast overlap moves weight to the student’s own list'),
    gammaMode: z
      .enum(['sampled', 'topK'])
      .default('sampled')
      .describe('overlap of the teacher’s list with the drawn items, or with the student’s list (paper)'),
    sampleRank: z.boolean().default(false).describe('draw by position alone, exp(-(t + 1) / T)'),
    countMode: z
      .enum(['author', 'paper'])
      .default('author')
      .describe('all teacher items at or below a position, or those the student misses strictly below it'),
    cap: z.int().min(1).nullable().default(50).describe('largest count that matters in countMode author'),
    reduction: z
      .enum(['sum', 'userMean'])
      .default('sum')
      .describe('a user counts once per training pair, or once, and the sum is divided by the users (paper)'),
    ablation: z
      .enum(['none', 'w/o S', 'w/o T', 'w/o sep', 'w/ const', 'full-CE'])
      .default('none')
      .describe('teacher list only, student list only, one list of all, constant gamma, all items'),
    constantGamma: z.number().min(0).max(1).default(0.5).describe('gamma of the ablation "w/ const"'),
  }),
  defaults: { lambda: 500, weightDecay: 1e-5 },
  presets,
  check({ K, L, M, ablation }, { numItems }) {
    if (ablation === 'full-CE') return []
    const draws = ablation !== 'w/o S' && ablation !== 'w/o T'
    return [
      ...(K > numItems ? [`rce-kd.K: expected at most ${numItems}, the number of items, got ${K}`] : []),
      ...(draws && K > M ? [`rce-kd.K: expected at most M = ${M}, got ${K}`] : []),
      ...(draws && L > M ? [`rce-kd.L: expected at most M = ${M}, got ${L}`] : []),
      ...(draws && M > numItems
        ? [`rce-kd.M: expected at most ${numItems}, the number of items, got ${M}`]
        : []),
    ]
  },
  lists(params) {
    const { K, L, M, ablation } = params
    const first = (of: 'teacher' | 'student', k: number) =>
      ({ kind: 'first', from: { of, k, seen: 'keep' } }) as const
    const teacherTop: ListSpec = {
      size: K,
      refresh: 'once',
      draw: (row, out) => out.set(row.teacher.top(K)),
      law: first('teacher', K),
    }
    const top: ListSpec = {
      size: K,
      refresh: { epochs: 1 },
      draw: (row, out) => out.set(row.student.top(K)),
      law: first('student', K),
    }
    if (ablation === 'full-CE') return { teacherTop: unused, top: { size: 'catalogue' }, approximate: unused }
    if (ablation === 'w/o S') return { teacherTop, top: unused, approximate: unused }
    if (ablation === 'w/o T') return { teacherTop: unused, top, approximate: unused }
    const union = ablation === 'w/o sep'
    return {
      teacherTop,
      top: {
        size: K,
        refresh: { epochs: 1 },
        draw(row, out) {
          const order = row.student.top(M) // as long as the draw below needs it, so a user is ranked once
          for (let t = 0; t < K; t++) out[t] = order[t]
        },
        law: first('student', M),
      },
      approximate: {
        size: union ? L + 2 * K : L + K,
        refresh: { epochs: 1 },
        draw: (row, out, rng) => drawApproximate(params, row, out, rng, { union }),
        law: approximateLaw(params, { union }),
      },
    }
  },
  values: ({ K, L, beta, gammaMode, ablation, constantGamma }) => ({
    gamma: {
      size: 1,
      refresh: ablation === 'none' ? { epochs: 1 } : 'once',
      fill(row, out) {
        if (ablation !== 'none') out[0] = constantGamma
        else if (gammaMode === 'topK') out[0] = Math.exp(-beta * overlap(row, 'top', K, K))
        else out[0] = Math.exp(-beta * overlap(row, 'approximate', L, K))
      },
      law:
        ablation !== 'none'
          ? undefined
          : gammaMode === 'topK'
            ? overlapLaw('top', K, K, beta)
            : overlapLaw('approximate', L, K, beta),
    },
  }),
  over: ({ reduction }) => (reduction === 'sum' ? 'pairs' : 'users'),
  reduce: ({ reduction }) => (reduction === 'sum' ? 'sum' : 'mean'),
  loss({ student, teacher, mask, values, params: { ablation, tau: temperature } }) {
    const { scores } = student
    switch (ablation) {
      case 'none':
      case 'w/ const':
        return rceKd({ student: scores, teacher: teacher.scores, gamma: values.gamma, mask, temperature })
      case 'w/o S':
        return softCrossEntropy(scores.teacherTop, teacher.scores.teacherTop, {
          temperature,
          mask: mask.teacherTop,
        })
      case 'w/o T':
        return softCrossEntropy(scores.top, teacher.scores.top, { temperature, mask: mask.top })
      case 'w/o sep':
        return softCrossEntropy(scores.approximate, teacher.scores.approximate, {
          temperature,
          mask: mask.approximate,
        })
      case 'full-CE':
        return softCrossEntropy(scores.top, teacher.scores.top, { temperature })
    }
  },
  fused({ ablation, tau: temperature }) {
    switch (ablation) {
      case 'none':
      case 'w/ const':
        return { kind: 'rceKd', top: 'top', approximate: 'approximate', gamma: 'gamma', temperature }
      case 'w/o S':
        return { kind: 'softCrossEntropy', list: 'teacherTop', temperature }
      case 'w/o T':
        return { kind: 'softCrossEntropy', list: 'top', temperature }
      case 'w/o sep':
        return { kind: 'softCrossEntropy', list: 'approximate', temperature }
      case 'full-CE':
        return { kind: 'catalogueCrossEntropy', list: 'top', temperature }
    }
  },
})
