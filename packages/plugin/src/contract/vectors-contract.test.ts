import { stopGradient, tf, type Tensor, type Tensor2D } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { failedLaws } from '../../test/failed-laws.ts'
import { defineMethod, type AnyMethod } from '../index.ts'
import { describeMethod } from './index.ts'

/** Projected student vectors against the teacher's, of everything a batch can name: the smallest honest embedding method. */
const vectors = defineMethod({
  name: 'vectors',
  paper: { title: 'none', venue: 'none' },
  params: z.object({
    hidden: z.int().min(1).default(4).describe('width of the projector'),
    noise: z.number().min(0).default(0).describe('deviation of noise on students, one number a batch'),
    K: z.int().min(1).default(2).describe('items whose vectors are compared'),
    sure: z.boolean().default(false).describe('the student’s own average is a constant'),
  }),
  defaults: { lambda: 1, weightDecay: 0 },
  check: ({ K }, { numItems }) => (K > numItems ? [`vectors.K: expected at most ${numItems}, got ${K}`] : []),
  lists: ({ K }) => ({
    top: { size: K, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(K)) },
  }),
  rows: () => ({
    users: 'users',
    positives: 'positives',
    negatives: 'negatives',
    items: 'items',
    some: { of: 'items', random: 3 },
    all: { of: 'users', all: true },
    user: { of: 'users', per: 'row' },
    top: { of: 'items', list: 'top' },
  }),
  aux: ({ hidden }, { dims }) => ({
    inner: { shape: [dims.student, hidden], init: { normal: 0.5 } },
    bias: { shape: [hidden], init: 'zeros' },
    outer: { shape: [hidden, dims.teacher], init: { uniform: 0.5 } },
  }),
  over: 'pairs',
  loss({ student, teacher, aux, ids, params, rng }) {
    const shift = params.noise * rng.normal()
    const project = (x: Tensor2D) =>
      tf.matMul(tf.tanh(tf.add(tf.matMul(tf.add(x, shift), as2d(aux.inner)), aux.bias)), as2d(aux.outer))
    const names = ['users', 'positives', 'negatives', 'items', 'some', 'all'] as const
    const distances = names.map((name) => {
      if (ids[name].length !== student.rows[name].shape[0]) throw new Error(`ids of ${name}`)
      return tf.sum(tf.squaredDifference(project(student.rows[name]), teacher.rows[name]))
    })
    const pulls = tf.sum(tf.mul(student.scores.top, teacher.scores.top))
    const [rows, dim] = student.rows.user.shape
    const top = tf.reshape(student.rows.top, [rows, -1, dim])
    const own = tf.sum(tf.square(tf.sum(tf.mul(top, tf.expandDims(student.rows.user, 1)), 2)))
    const center = tf.mul(2, tf.mean(student.rows.users, 0, true))
    const spread = tf.sum(tf.square(tf.sub(student.rows.users, params.sure ? stopGradient(center) : center)))
    return tf.addN([...distances, pulls, own, spread]) as tf.Scalar
  },
})

function as2d(x: Tensor): Tensor2D {
  return x as Tensor2D
}

const options = {
  variants: [{ noise: 0.3, hidden: 2, K: 3 }, { sure: true }],
  detached: ({ sure }: Readonly<Record<string, unknown>>) => sure === true,
}

describeMethod(vectors, options)

interface Inside {
  readonly student: { readonly scores: Record<string, Tensor2D>; readonly rows: Record<string, Tensor2D> }
  readonly teacher: {
    readonly rows: Record<string, Tensor2D>
    readonly backgrounds: Record<string, Tensor2D>
  }
  readonly aux: Record<string, Tensor>
  readonly rng: { normal(): number }
}
const loss =
  (change: (value: tf.Scalar, input: Inside) => Tensor): AnyMethod['loss'] =>
  (input) =>
    change(vectors.loss(input as never), input as never) as tf.Scalar

/** The value of a tensor without its gradient. */
const constant = (x: () => Tensor) => tf.tidy(() => x().dataSync()[0])
let calls = 0

const broken: [law: string, change: Partial<AnyMethod>][] = [
  [
    'lists and values have sizes, and are drawn once or every n epochs',
    { rows: () => ({ ...vectors.rows?.({} as never, {} as never), lost: { of: 'items', list: 'nowhere' } }) },
  ],
  [
    'lists and values have sizes, and are drawn once or every n epochs',
    { rows: () => ({ ...vectors.rows?.({} as never, {} as never), some: { of: 'items', random: 0 } }) },
  ],
  [
    'lists and values have sizes, and are drawn once or every n epochs',
    { aux: () => ({ inner: { shape: [3, 0], init: 'zeros' } }) },
  ],
  [
    'lists and values have sizes, and are drawn once or every n epochs',
    { aux: () => ({ inner: { shape: [3, 4], init: { normal: 0 } } }) },
  ],
  [
    'the order of the batch does not matter',
    {
      loss: loss((value, { student }) => tf.add(value, tf.sum(student.rows.user.slice([0, 0], [1, -1])))),
    },
  ],
  [
    'padding takes no part',
    { loss: loss((value, { student }) => tf.add(value, tf.sum(tf.exp(student.rows.top)))) },
  ],
  [
    'gradient agrees with finite differences through a factor model',
    {
      loss: loss((value, { student }) =>
        tf.add(
          value,
          constant(() => tf.sum(tf.square(student.rows.users))),
        ),
      ),
    },
  ],
  [
    'gradient agrees with finite differences through a factor model',
    {
      loss: loss((value, { student }) =>
        tf.add(
          value,
          constant(() => tf.sum(tf.square(student.scores.top))),
        ),
      ),
    },
  ],
  [
    'gradient agrees with finite differences through a factor model',
    {
      loss: loss((value, { aux }) =>
        tf.add(
          value,
          constant(() => tf.mul(3, tf.sum(tf.square(aux.bias)))),
        ),
      ),
    },
  ],
  [
    'the same step gives the same loss, whatever was asked before',
    { loss: loss((value) => tf.add(value, Math.random())) },
  ],
  [
    'the same step gives the same loss, whatever was asked before',
    { loss: loss((value) => tf.mul(value, 1 + (calls++ % 7))) },
  ],
  [
    'batches of one row give finite numbers',
    {
      loss: loss((value, { student }) => {
        const rows = student.rows.user
        return tf.add(value, tf.div(tf.sum(tf.square(rows)), rows.shape[0] - 1))
      }),
    },
  ],
  [
    'equal scores give finite numbers',
    { loss: loss((value, { student }) => tf.add(value, tf.sum(tf.norm(student.rows.users, 2, 1)))) },
  ],
  [
    'scores of plus and minus ninety and beyond give finite numbers',
    { loss: loss((value, { student }) => tf.add(value, tf.sum(tf.exp(tf.mul(9, student.rows.users))))) },
  ],
  [
    'no tensor is left behind, and inputs are not disposed',
    {
      loss: loss((value, { aux }) => {
        aux.bias.dispose()
        return value
      }),
    },
  ],
  [
    'gradient agrees with finite differences through a factor model',
    { loss: loss((value, { teacher }) => tf.add(value, teacher.backgrounds.rest)) },
  ],
  [
    'auxiliary tensors fit vectors of any length, and the loss is finite at their initial values',
    {
      aux: ({ hidden }) => ({
        inner: { shape: [3, hidden as number], init: { normal: 0.5 } },
        bias: { shape: [hidden as number], init: 'zeros' },
        outer: { shape: [hidden as number, 5], init: { uniform: 0.5 } },
      }),
    },
  ],
  [
    'auxiliary tensors fit vectors of any length, and the loss is finite at their initial values',
    { loss: loss((value, { aux }) => tf.add(value, tf.sum(tf.log(tf.square(aux.bias))))) },
  ],
  [
    'every auxiliary tensor is trained',
    {
      aux: (params, world) => ({
        ...vectors.aux?.(params as never, world),
        idle: { shape: [2], init: { normal: 1 } },
      }),
    },
  ],
]

test.each(broken)('a broken method is found: %s', async (law, change) => {
  expect(await failedLaws({ ...vectors, ...change } as AnyMethod, { laws: [law] })).toEqual([law])
})

test('what a method holds constant is found, unless it says so', async () => {
  const law = 'gradient agrees with finite differences through a factor model'
  expect(await failedLaws(vectors as AnyMethod, { ...options, detached: false })).toEqual([law])
})
