import { sampleExcept } from '@recdistill/samplers'
import { tf, type Tensor2D } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { failedLaws } from '../../test/failed-laws.ts'
import { defineMethod, NO_ITEM, type AnyMethod, type Row } from '../index.ts'
import { describeChecks, describeMethod, methodChecks } from './index.ts'

/** Cross-entropy on the teacher's top list, written as a plugin author would: the smallest honest method. */
const soft = defineMethod({
  name: 'soft-top',
  paper: { title: 'none', venue: 'none' },
  params: z.object({
    K: z.int().min(1).default(5).describe('favourites per user'),
    tau: z.number().positive().default(1).describe('temperature'),
  }),
  defaults: { lambda: 1, weightDecay: 0 },
  check: ({ K }, { numItems }) =>
    K > numItems ? [`soft-top.K: expected at most ${numItems}, got ${K}`] : [],
  lists: ({ K }) => ({
    favourites: {
      size: K,
      refresh: 'once',
      draw: (row, out) => out.set(row.teacher.top(K, { seen: 'skip' })),
    },
    others: {
      size: 3,
      refresh: { epochs: 2 },
      draw: (row, out, rng) => void sampleExcept(row.numItems, [row.seen, row.list('favourites')], out, rng),
    },
  }),
  values: () => ({
    weight: { size: 1, refresh: 'once', fill: (row, out) => void (out[0] = 1 / (1 + row.user)) },
  }),
  over: 'users',
  loss: ({ student, teacher, mask, params: { tau } }) => {
    const s = lowered(tf.div(student.scores.favourites, tau), mask.favourites)
    const t = lowered(tf.div(teacher.scores.favourites, tau), mask.favourites)
    return tf.neg(tf.sum(tf.mul(tf.mul(tf.softmax(t), mask.favourites), tf.logSoftmax(s))))
  },
  fused: ({ tau }) => ({ kind: 'softCrossEntropy', list: 'favourites', temperature: tau }),
})

function lowered(scores: Tensor2D, mask: Tensor2D): Tensor2D {
  return tf.add(scores, tf.mul(tf.sub(mask, 1), 1e4))
}

describeMethod(soft, { unseen: ['favourites', 'others'], variants: [{ K: 2, tau: 3 }] })

const draw =
  (change: (out: Uint32Array, row: Row) => void): AnyMethod['lists'] =>
  (params, world, made) => {
    const { favourites, others } = (soft as AnyMethod).lists(params, world, made)
    if (!('draw' in favourites)) throw new Error('it has a size')
    return {
      favourites: {
        ...favourites,
        draw(row, out, rng) {
          favourites.draw(row, out, rng)
          change(out, row)
        },
      },
      others,
    }
  }
const loss =
  (change: (value: tf.Scalar, input: never) => tf.Scalar): AnyMethod['loss'] =>
  (input) =>
    change(soft.loss(input as never), input as never)

type Inside = { student: { scores: Record<string, Tensor2D> } }
const scoresIn = (input: never) => (input as Inside).student.scores.favourites

const broken: [law: string, change: Partial<AnyMethod>][] = [
  ['says its name, its paper and its defaults', { name: 'Soft Top' }],
  ['says its name, its paper and its defaults', { defaults: { lambda: 0, weightDecay: 0 } }],
  [
    'says its name, its paper and its defaults',
    { params: z.object({ K: z.int().min(1).default(0).describe('out of its own range') }) },
  ],
  ['says its name, its paper and its defaults', { teacherloss: () => tf.scalar(0) } as never],
  [
    'lists hold items of the catalogue, none twice, padding behind them',
    {
      lists: () => ({
        favourites: { size: 3, refresh: 'once', draw: (row) => row.teacher.top(3) as never },
      }),
    },
  ],
  ['a draw changes nothing that it reads', { lists: draw((_, { seen }) => void seen.reverse()) }],
  ['a draw changes nothing that it reads', { lists: draw((_, { teacher }) => void teacher.top(4).sort()) }],
  [
    'values are finite',
    { values: () => ({ w: { size: 1, refresh: 'once', fill: () => Promise.resolve() as never } }) },
  ],
  ['describes every parameter and gives it a default', { params: z.object({ K: z.int().default(5) }) }],
  [
    'presets are valid, and there is one for a data set and a pair of backbones',
    {
      presets: [
        {
          dataset: 'd',
          teacher: 'mf',
          student: 'mf',
          params: { KK: 1 },
          lambda: 1,
          weightDecay: 0,
          batch: 1,
        },
      ],
    },
  ],
  [
    'refuses parameters that are unknown, of another type or out of range',
    { params: z.object({ K: z.any().default(5).describe('anything') }) },
  ],
  [
    'lists hold items of the catalogue, none twice, padding behind them',
    { lists: draw((out) => void (out[1] = out[0])) },
  ],
  [
    'lists hold items of the catalogue, none twice, padding behind them',
    { lists: draw((out) => void (out[0] = 99_999)) },
  ],
  [
    'lists hold items of the catalogue, none twice, padding behind them',
    { lists: draw((out) => void (out[0] = NO_ITEM)) },
  ],
  [
    'lists of unseen items hold no seen item',
    { lists: draw((out, { seen }) => void (seen.length > 0 && (out[0] = seen[0]))) },
  ],
  [
    'the same seed draws the same, in any order of users',
    { lists: draw((out) => void out.set([...out].sort(() => Math.random() - 0.5))) },
  ],
  [
    'values are finite',
    { values: () => ({ w: { size: 1, refresh: 'once', fill: (_, out) => void (out[0] = NaN) } }) },
  ],
  ['lists and values have sizes, and are drawn once or every n epochs', { lists: () => ({}) }],
  [
    'extreme and equal scores draw lists all the same',
    {
      lists: () => ({
        all: { size: 'catalogue' },
        others: { size: 3, refresh: 'once', draw: (row, out) => out.set(row.list('all').subarray(0, 3)) },
      }),
    },
  ],
  [
    'two blocks of rows sum to one batch, in value and gradient',
    { loss: loss((value, input) => tf.div(value, scoresIn(input).shape[0])) },
  ],
  [
    'the order of rows does not matter, and a row that stands twice counts twice',
    { loss: loss((value, input) => tf.add(value, tf.sum(tf.square(scoresIn(input).slice([0, 0], [1, 2]))))) },
  ],
  ['padding takes no part', { loss: loss((value, input) => tf.add(value, scoresIn(input).shape[1])) }],
  [
    'gradient agrees with finite differences through a factor model',
    {
      loss: loss((value, input) => {
        const [constant] = tf.tidy(() => tf.sum(tf.square(scoresIn(input))).dataSync())
        return tf.add(value, constant)
      }),
    },
  ],
  [
    'the loss by name equals the loss on the tape, in value and gradient',
    { fused: () => ({ kind: 'softCrossEntropy', list: 'favourites', temperature: 1.5 }) },
  ],
  [
    'the loss by name equals the loss on the tape, in value and gradient',
    { fused: () => ({ kind: 'softCrossEntropy', list: 'nowhere', temperature: 1 }) },
  ],
  [
    'scores of plus and minus ninety and beyond give finite numbers',
    { loss: loss((value, input) => tf.add(value, tf.sum(tf.exp(scoresIn(input))))) },
  ],
  [
    'equal scores give finite numbers',
    { loss: loss((value, input) => tf.add(value, tf.sum(tf.sqrt(tf.abs(scoresIn(input)))))) },
  ],
  [
    'no tensor is left behind, and inputs are not disposed',
    { loss: loss((value) => tf.keep(tf.mul(value, 1))) },
  ],
  [
    'no tensor is left behind, and inputs are not disposed',
    {
      loss: loss((value, input) => {
        ;(input as { mask: Record<string, Tensor2D> }).mask.others.dispose()
        return value
      }),
    },
  ],
]

test.each(broken)('a broken method is found: %s', async (law, change) => {
  const method = { ...soft, ...change } as AnyMethod
  expect(await failedLaws(method, { unseen: ['favourites'], laws: [law] })).toEqual([law])
})

test.each([
  [
    'softCrossEntropy',
    /^fused gives \{ kind, \.\.\. \}, its kind one of softCrossEntropy, .*rceKd; got "softCrossEntropy"$/,
  ],
  [{ kind: 'crossEntropy', list: 'favourites' }, /its kind one of .*; got \{"kind":"crossEntropy",/],
  [
    { kind: 'softCrossEntropy', list: 'favourites' },
    /^fused of kind "softCrossEntropy" has list, temperature; temperature is not there$/,
  ],
])('a loss by name of another form is told so: %j', async (fused, message) => {
  const checks = methodChecks({ ...soft, fused: () => fused as never } as AnyMethod)
  const byName = checks.find(({ name }) => name.startsWith('the loss by name'))
  await expect(Promise.resolve().then(() => byName?.run())).rejects.toThrow(message)
})

test('a method for large catalogues alone is tried on one', async () => {
  const check: AnyMethod['check'] = (_, { numItems }) =>
    numItems < 30_000 ? ['soft-top: too few items'] : []
  const laws = ['values are finite', 'equal scores give finite numbers']
  expect(await failedLaws({ ...(soft as AnyMethod), check }, { laws })).toEqual([])
})

test('a skip that names no law is an error', () => {
  const skip = [{ reason: 'renamed', tests: ['no such law'] }]
  expect(() => describeChecks('x', methodChecks(soft), skip)).toThrow(
    'x: no check is called "no such law"; there are: ',
  )
})
