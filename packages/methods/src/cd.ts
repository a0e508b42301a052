import { softBinaryCrossEntropy, softTargets } from '@recdistill/losses'
import { defineMethod, type ListSpec, type Rng, type Row } from '@recdistill/plugin'
import { drawBestOfTwo, sampleExcept } from '@recdistill/samplers'
import { z } from 'zod'
import { presets } from './presets/cd.ts'

/**
 * Collaborative distillation: point by point, the student's probability of a few unseen items follows the teacher's; items
 * are drawn from high ranks of a guide.
 *
 *     loss = sum over pairs of sum over drawn items of softplus(s) - y s,   y = sigmoid((r + t2) / t1)
 *
 * One draw takes two positions of the guide's first R unseen items, with weights exp(-k / (R T)), and keeps the better one.
 * Guided by the student, the list is drawn before every epoch, and so the first time from the untrained student; otherwise
 * once. Draws are independent, so an item can come twice: the released code collects them in a set that never merges any.
 */
export default defineMethod({
  name: 'cd',
  paper: {
    title: 'Collaborative Distillation for Top-N Recommendation',
    venue: 'ICDM 2019',
    equations: 'sections III.B and III.C',
  },
  params: z.object({
    guide: z
      .enum(['student', 'teacher', 'random'])
      .default('student')
      .describe('whose ranking is drawn from; random draws from all items, seen ones too'),
    n: z.int().min(1).default(2).describe('items drawn per user'),
    R: z.int().min(1).default(3000).describe('candidates per user: the guide’s first unseen items'),
    T: z
      .number()
      .positive()
      .default(20)
      .describe('temperature of the draw, in lengths of the candidate list'),
    t1: z.number().positive().default(2).describe('temperature of the teacher’s probabilities'),
    t2: z.number().default(0).describe('added to the teacher’s scores before t1 divides them'),
    distinct: z.boolean().default(false).describe('draw again what was drawn, so that no item comes twice'),
    epsilon: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe('added inside the logarithms; 1e-10 reproduces released code'),
  }),
  defaults: { lambda: 0.5, weightDecay: 1e-8 },
  presets,
  lists: (params) => {
    const { guide, R, T, distinct } = params
    const refresh = guide === 'student' ? { epochs: 1 } : 'once'
    const positions: ListSpec = {
      size: params.n,
      refresh,
      draw: (row, out, rng) => drawPositions(params, row, out, rng),
      law: guide === 'random' ? undefined : { kind: 'bestOfTwo', n: R, T, distinct },
    }
    const drawn: ListSpec = {
      size: params.n,
      refresh,
      draw: (row, out, rng) => drawItems(params, row, out, rng),
      law: guide === 'random' ? undefined : { kind: 'at', of: guide, positions: 'positions', seen: 'skip' },
    }
    return { positions, drawn }
  },
  over: 'pairs',
  loss({ student, teacher, mask, params: { t1, t2, epsilon } }) {
    const targets = softTargets(teacher.scores.drawn, { temperature: t1, shift: t2 })
    return softBinaryCrossEntropy(student.scores.drawn, targets, { mask: mask.drawn, epsilon })
  },
  fused: ({ t1, t2, epsilon }) =>
    epsilon === null ? { kind: 'binaryCrossEntropy', list: 'drawn', temperature: t1, shift: t2 } : null,
})

interface DrawOptions {
  readonly guide: 'student' | 'teacher' | 'random'
  readonly R: number
  readonly T: number
  readonly distinct: boolean
}

/** Positions in the guide's ranking, drawn without looking at it: so the guide is asked for the items there and no others. */
function drawPositions({ guide, R, T, distinct }: DrawOptions, row: Row, out: Uint32Array, rng: Rng): void {
  if (guide !== 'random')
    drawBestOfTwo(Math.min(R, row.numItems - row.seen.length), T, out, rng, { distinct })
}

function drawItems({ guide, distinct }: DrawOptions, row: Row, out: Uint32Array, rng: Rng): void {
  if (guide !== 'random') out.set(row[guide].at(row.list('positions'), { seen: 'skip' }))
  else if (distinct) sampleExcept(row.numItems, [], out, rng)
  else for (let place = 0; place < out.length; place++) out[place] = rng.int(row.numItems)
}
