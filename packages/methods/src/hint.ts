import { project, squaredDistance, weightedSum, type Projector } from '@recdistill/losses'
import { defineMethod, type AuxSpec, type RowsSpec } from '@recdistill/plugin'
import { z } from 'zod'
import { presets } from './presets/hint.ts'

type Tensor2D = Parameters<typeof project>[0]
type Side = 'users' | 'items'

/**
 * Hint: the teacher's vectors are regressed on the student's through a projector that is dropped after training.
 *
 *     loss = sum over users of || t - f_U(s) ||^2 + sum over items of || t - f_I(s) ||^2
 *     f linear, or f(s) = drop(relu(drop(s) W + b)) V + c with ratio * d_T hidden units
 *
 * Users and items are drawn anew at every step from all there are, so rare ones are taught as often as popular ones.
 */
export default defineMethod({
  name: 'hint',
  paper: { title: 'FitNets: Hints for Thin Deep Nets', venue: 'ICLR 2015', equations: '(3)' },
  params: z.object({
    entities: z
      .enum(['random', 'batch', 'rows'])
      .default('random')
      .describe(
        'drawn from all, the batch’s users and items once each, or its users as often as they occur and its items once',
      ),
    draws: z
      .int()
      .min(1)
      .default(2048)
      .describe('users and items drawn at each step of entities random; the batch size in released code'),
    projector: z.enum(['linear', 'mlp']).default('mlp').describe('one layer, or two with a rectifier'),
    bias: z.boolean().default(true).describe('whether layers have one'),
    ratio: z.number().positive().default(5).describe('hidden units of mlp, as a multiple of d_T'),
    dropout: z.number().min(0).lt(1).default(0.2).describe('chance of a zero, before each layer of mlp'),
    normalise: z
      .boolean()
      .default(false)
      .describe('compare directions only: both sides are divided by their lengths'),
  }),
  defaults: { lambda: 0.05, weightDecay: 1e-7 },
  presets,
  lists: () => ({}),
  rows: ({ entities, draws }): Record<Side, RowsSpec> => {
    switch (entities) {
      case 'random':
        return { users: { of: 'users', random: draws }, items: { of: 'items', random: draws } }
      case 'batch':
        return { users: 'users', items: 'items' }
      case 'rows':
        return { users: { of: 'users', per: 'row' }, items: 'items' }
    }
  },
  aux({ projector, bias, ratio }, { dims }) {
    const width = hiddenUnits(ratio, dims.teacher)
    const layer = (side: Side, name: string, inputs: number, outputs: number) => {
      const init = { uniform: 1 / Math.sqrt(Math.max(1, inputs)) }
      return {
        [`${side}${name}`]: { shape: [inputs, outputs], init },
        ...(bias && { [`${side}${name}Bias`]: { shape: [1, outputs], init } }),
      }
    }
    const side = (of: Side): Record<string, AuxSpec> =>
      projector === 'linear'
        ? layer(of, 'Weight', dims.student, dims.teacher)
        : { ...layer(of, 'Hidden', dims.student, width), ...layer(of, 'Output', width, dims.teacher) }
    return { ...side('users'), ...side('items') }
  },
  over: 'pairs',
  loss({ student, teacher, aux, params, rng }) {
    const side = (of: Side) => {
      const projector = projectorOf(aux, of, params)
      const words = rng.fork(`dropout ${of}`)
      const layer = (name: string) => ({ rate: params.dropout, words: words.fork(name) })
      const dropout = params.dropout > 0 ? { input: layer('input'), hidden: layer('hidden') } : null
      return squaredDistance(project(student.rows[of], projector, { dropout }), teacher.rows[of], params)
    }
    return weightedSum([
      [1, side('users')],
      [1, side('items')],
    ])
  },
})

function hiddenUnits(ratio: number, teacherDim: number): number {
  return Math.max(1, Math.floor(ratio * teacherDim))
}

function projectorOf(
  aux: Readonly<Record<string, unknown>>,
  side: Side,
  { projector, bias }: { readonly projector: 'linear' | 'mlp'; readonly bias: boolean },
): Projector {
  const layer = (name: string) => aux[`${side}${name}`] as Tensor2D
  if (projector === 'linear') return { weight: layer('Weight'), ...(bias && { bias: layer('WeightBias') }) }
  return {
    hidden: layer('Hidden'),
    output: layer('Output'),
    ...(bias && { hiddenBias: layer('HiddenBias'), outputBias: layer('OutputBias') }),
  }
}
