import { tf, type Tensor, type Tensor2D } from '@recdistill/tensor'
import { sampleExcept } from '@recdistill/samplers'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { failedLaws } from '../../test/failed-laws.ts'
import { defineMethod, NO_ITEM, type AnyMethod, type Row } from '../index.ts'
import { describeMethod } from './index.ts'

/** Both models train, each on items drawn for every training pair: the smallest honest method of two models. */
const mutual = defineMethod({
  name: 'mutual',
  paper: { title: 'none', venue: 'none' },
  params: z.object({
    tau: z.number().positive().default(2).describe('temperature of targets'),
    N: z.int().min(1).default(2).describe('items per pair, drawn with replacement'),
  }),
  defaults: { lambda: 1, weightDecay: 0, teacherWeightDecay: 0 },
  lists: ({ N }) => ({
    positive: { pair: 'positive' },
    drawn: {
      size: N,
      per: 'pair',
      refresh: { epochs: 2 },
      draw: (row, out, rng) => void out.forEach((_, n) => (out[n] = rng.int(row.numItems))),
    },
    negatives: { pair: 'negatives' },
    pool: {
      size: 4,
      refresh: { epochs: 2 },
      draw: (row, out, rng) => void sampleExcept(row.numItems, [row.seen], out, rng),
    },
    fresh: {
      size: 2,
      refresh: 'batch',
      draw: (row, out, rng) => {
        const pool = row.list('pool').filter((item) => item !== NO_ITEM)
        rng.shuffle(pool)
        out.set(pool.subarray(0, 2))
      },
    },
  }),
  values: () => ({
    weight: {
      size: 1,
      refresh: 'batch',
      fill: (row, out) => void (out[0] = 1 / (1 + row.list('fresh')[0] + row.epoch)),
    },
  }),
  over: 'pairs',
  base: () => false,
  loss: (input) => imitation(input.student.scores, input.teacher.scores, input),
  teacherLoss: (input) => imitation(input.teacher.scores, input.student.scores, input),
})

type Scores = Readonly<Record<'positive' | 'drawn' | 'negatives' | 'fresh' | 'pool', Tensor2D>>
interface Rest {
  readonly mask: Scores
  readonly values: { readonly weight: Tensor2D }
  readonly params: { readonly tau: number }
}

/** BPR against what was drawn, and cross-entropy with the other model's opinion of it. */
function imitation(own: Scores, other: Scores, { mask, values, params }: Rest): tf.Scalar {
  const pairwise = (name: 'drawn' | 'negatives' | 'fresh', weight: Tensor2D | number) =>
    tf.sum(tf.mul(tf.mul(tf.softplus(tf.sub(own[name], own.positive)), mask[name]), weight))
  const target = tf.sigmoid(tf.div(other.drawn, params.tau))
  const entropy = tf.sub(tf.softplus(own.drawn), tf.mul(target, own.drawn))
  return tf.addN([
    pairwise('drawn', 1),
    pairwise('negatives', 1),
    pairwise('fresh', values.weight),
    tf.sum(tf.mul(entropy, mask.drawn)),
  ]) as tf.Scalar
}

const options = { unseen: ['pool', 'fresh'], repeats: ['drawn'], variants: [{ N: 1, tau: 5 }] }

describeMethod(mutual, options)

const withList = (name: string, change: object): Partial<AnyMethod> => ({
  lists: (params, world, made) => {
    const lists = (mutual as AnyMethod).lists(params, world, made)
    return { ...lists, [name]: { ...lists[name], ...change } }
  },
})
const teacherLoss = (change: (value: tf.Scalar, scores: Scores) => Tensor): Partial<AnyMethod> => ({
  teacherLoss: (input) =>
    change(mutual.teacherLoss?.(input as never) as tf.Scalar, input.teacher.scores as Scores) as tf.Scalar,
})

let remembered = 0
const broken: [law: string, change: Partial<AnyMethod>][] = [
  ['lists and values have sizes, and are drawn once or every n epochs', { over: 'users' }],
  [
    'lists and values have sizes, and are drawn once or every n epochs',
    withList('drawn', { refresh: 'batch' }),
  ],
  [
    'lists hold items of the catalogue, none twice, padding behind them',
    withList('drawn', { draw: (row: Row, out: Uint32Array) => void out.fill(row.numItems, 1, 2) }),
  ],
  [
    'lists hold items of the catalogue, none twice, padding behind them',
    withList('fresh', { draw: (_: Row, out: Uint32Array) => void out.fill(0) }),
  ],
  [
    'lists of unseen items hold no seen item',
    withList('fresh', { draw: ({ seen }: Row, out: Uint32Array) => void out.set(seen.subarray(0, 1)) }),
  ],
  [
    'the same seed draws the same, in any order of users',
    withList('fresh', { draw: (row: Row, out: Uint32Array) => void out.set(row.student.top(2)) }),
  ],
  [
    'the same seed draws the same, in any order of users',
    withList('fresh', { draw: (row: Row, out: Uint32Array) => void out.set(row.teacher.top(2)) }),
  ],
  [
    'a resumed run draws what an unbroken one does',
    {
      lists: (params, world, made) => {
        const lists = (mutual as AnyMethod).lists(params, world, made)
        let epochs = 0
        return {
          ...lists,
          pool: {
            size: 4,
            refresh: { epochs: 1 },
            draw: ({ user }, out) => {
              if (user === 0) epochs++
              out[0] = epochs % 3
            },
          },
        }
      },
    },
  ],
  [
    'values are finite',
    { values: () => ({ weight: { size: 1, refresh: 'batch', fill: (row, out) => void (out[0] = 1 / row.user) } }) }, // prettier-ignore
  ],
  ['says which models train, from where, and what else it adds', { base: () => 'no' as never }],
  ['says which models train, from where, and what else it adds', { startsFrom: 'pretrained' as never }],
  [
    'says its name, its paper and its defaults',
    { defaults: { lambda: 1, weightDecay: 0, teacherWeightDecay: -1 } },
  ],
  [
    'teacher loss: two blocks of rows sum to one batch, in value and gradient',
    teacherLoss((value, { drawn }) => tf.div(value, drawn.shape[0])),
  ],
  [
    'teacher loss: the order of rows does not matter, and a row that stands twice counts twice',
    teacherLoss((value, { drawn }) => tf.add(value, tf.sum(tf.square(drawn.slice([0, 0], [1, 1]))))),
  ],
  [
    'teacher loss: gradient agrees with finite differences through a factor model',
    teacherLoss((value, { positive }) =>
      tf.add(
        value,
        tf.tidy(() => tf.sum(tf.square(positive)).dataSync()[0]),
      ),
    ),
  ],
  [
    'teacher loss: gradient agrees with finite differences through a factor model',
    {
      // What the student learns instead: nothing comes back to the teacher.
      teacherLoss: ({ student }) => tf.sum(tf.square(student.scores.drawn)),
    },
  ],
  [
    'teacher loss: padding takes no part',
    teacherLoss((value, { drawn }) => tf.add(value, tf.sum(tf.softplus(drawn)))),
  ],
  [
    'teacher loss: the same step gives the same loss, whatever was asked before',
    teacherLoss((value) => tf.add(value, remembered++ % 5)),
  ],
  [
    'teacher loss: equal scores give finite numbers',
    teacherLoss((value, { drawn }) => tf.add(value, tf.sum(tf.sqrt(tf.abs(drawn))))),
  ],
  [
    'teacher loss: scores of plus and minus ninety and beyond give finite numbers',
    teacherLoss((value, { positive }) => tf.add(value, tf.sum(tf.exp(positive)))),
  ],
  ['teacher loss: no tensor is left behind, and inputs are not disposed', teacherLoss((value) => tf.keep(tf.mul(value, 1)))], // prettier-ignore
  [
    'teacher loss: batches of one row give finite numbers',
    teacherLoss((value, { drawn }) => tf.div(value, drawn.shape[0] - 1)),
  ],
]

test.each(broken)('a broken method is found: %s', async (law, change) => {
  expect(await failedLaws({ ...mutual, ...change } as AnyMethod, { ...options, laws: [law] })).toEqual([law])
})

test('an item that stands twice is found, unless the list says so', async () => {
  expect(await failedLaws(mutual as AnyMethod, { ...options, repeats: [] })).toEqual([
    'lists hold items of the catalogue, none twice, padding behind them',
  ])
})
