import { sampleExcept } from '@recdistill/samplers'
import { logSumExp, tf, type Tensor, type Tensor2D } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { failedLaws } from '../../test/failed-laws.ts'
import { defineMethod, type AnyMethod, type Row } from '../index.ts'
import { describeMethod } from './index.ts'

/** Users advance along their teachers' snapshots, scored against everything else: the smallest honest method with a state. */
const staged = defineMethod({
  name: 'staged',
  paper: { title: 'none', venue: 'none' },
  params: z.object({
    K: z.int().min(1).default(3).describe('items of the snapshot'),
    V: z.int().min(1).default(3).describe('snapshots'),
    every: z.int().min(1).default(1).describe('epochs from stage to stage'),
  }),
  defaults: { lambda: 1, weightDecay: 0 },
  check: ({ K }, { numItems }) =>
    2 * K > numItems ? [`staged.K: expected at most ${numItems / 2}, got ${K}`] : [],
  trajectory: ({ V }) => V,
  make: (_, { train, numItems }) => {
    const counts = new Float32Array(numItems)
    for (const item of train.items) counts[item]++
    return { counts }
  },
  values: ({ V, every }, _, { counts }) => ({
    /** The stage of a user, and how often it was asked. */
    stage: {
      size: 2,
      refresh: { epochs: every },
      carried: true,
      fill: ({ epoch, user, trajectories, student }, out) => {
        const agrees = trajectories[0][out[0]].top(1)[0] === student.top(1)[0]
        if (out[0] < V - 1 && (agrees || epoch > user % 2)) out[0]++
        out[1]++
      },
    },
    popularity: {
      size: 1,
      refresh: 'once',
      fill: (row, out) => void (out[0] = (counts[row.list('target')[0]] ?? 0) / (1 + row.value('stage')[1])),
    },
  }),
  lists: ({ K, every }) => ({
    target: {
      size: K,
      refresh: { epochs: every },
      draw: (row, out) => out.set(mean(row, K)),
    },
    others: {
      size: K,
      refresh: { epochs: every },
      draw: (row, out, rng) => void sampleExcept(row.numItems, [row.seen, row.list('target')], out, rng),
    },
  }),
  backgrounds: () => ({ rest: { without: ['target', 'others'], clamp: 40 } }),
  over: 'users',
  loss({ student, mask, values, everyone }) {
    const isLate = everyone.stage.filter((_, n) => n % 2 === 0).every((stage) => stage > 0)
    const others = tf.add(student.scores.others, tf.mul(tf.sub(mask.others, 1), 1e4))
    const background = logSumExp(tf.concat([student.backgrounds.rest, others], 1))
    const gap = tf.sub(background, student.scores.target)
    const weight = tf.mul(mask.target, tf.add(isLate ? 2 : 1, tf.add(values.popularity, values.stage.slice([0, 0], [-1, 1])))) // prettier-ignore
    return tf.sum(tf.mul(tf.softplus(gap), weight))
  },
})

/** The first teacher's list at the stage of the user; others only make it a choice of several. */
function mean({ value, trajectories, user }: Row, K: number): Uint32Array {
  const ofUser = trajectories[user % trajectories.length]
  return ofUser[value('stage')[0]].top(K, { seen: 'skip' })
}

const options = { unseen: ['target', 'others'], teachers: 2, variants: [{ V: 1 }, { K: 5, every: 2 }] }

describeMethod(staged, options)

type Change = Partial<AnyMethod>
const withValues = (change: object, name = 'stage'): Change => ({
  values: (params, world, made) => {
    const values = staged.values?.(params as never, world, made as never) as NonNullable<
      ReturnType<NonNullable<AnyMethod['values']>>
    >
    return { ...values, [name]: { ...values[name], ...change } }
  },
})
const target = (draw: (row: Row, out: Uint32Array) => void): Change => ({
  lists: (params, world, made) => ({
    ...(staged as AnyMethod).lists(params, world, made),
    target: { size: 3, refresh: { epochs: 1 }, draw },
  }),
})
interface Views {
  readonly scores: Record<string, Tensor2D>
  readonly backgrounds: Record<string, Tensor2D>
}
const loss = (change: (value: tf.Scalar, student: Views) => Tensor): Change => ({
  loss: (input) => change(staged.loss(input as never), input.student as never) as tf.Scalar,
})

let stages = 0
const broken: [law: string, change: Change][] = [
  [
    'a resumed run draws what an unbroken one does',
    {
      // A state kept by the method itself is lost when the process ends.
      ...target((row, out) => void (out[0] = row.epoch < 2 ? 0 : stages)),
      make: () => {
        stages = 0
        return { counts: new Float32Array(99) }
      },
      values: (params, world) => ({
        ...withValues({ fill: (row: Row) => void (row.epoch === 1 && stages++) }).values?.(params, world, {
          counts: new Float32Array(world.numItems),
        }),
      }),
    },
  ],
  ['values are finite', withValues({ fill: (_: Row, out: Float32Array) => void out.fill(out[0] / 0) })],
  ['values are finite', withValues({ carried: false, refresh: 'once' })],
  ['values are finite', target((row, out) => void (out[0] = row.value('popularity')[0]))],
  [
    'lists and values have sizes, and are drawn once or every n epochs',
    withValues({ refresh: 'batch', carried: true }),
  ],
  ['lists and values have sizes, and are drawn once or every n epochs', withValues({ size: -1 })],
  [
    'lists and values have sizes, and are drawn once or every n epochs',
    { backgrounds: () => ({ rest: { without: ['nowhere'] } }) },
  ],
  [
    'lists and values have sizes, and are drawn once or every n epochs',
    { backgrounds: () => ({ rest: { without: ['target', 'others'], clamp: 0 } }) },
  ],
  ['says which models train, from where, and what else it adds', { trajectory: () => 0 }],
  ['says which models train, from where, and what else it adds', { warmUp: () => -1 }],
  ['values are finite', { trajectory: () => 1 }],
  [
    'gradient agrees with finite differences through a factor model',
    loss((value, { backgrounds }) =>
      tf.add(
        value,
        tf.tidy(() => tf.sum(tf.square(backgrounds.rest)).dataSync()[0]),
      ),
    ),
  ],
  [
    'gradient agrees with finite differences through a factor model',
    loss((_, { scores }) => tf.sum(tf.mul(scores.target, 0))),
  ],
  [
    'two blocks of rows sum to one batch, in value and gradient',
    loss((value, { backgrounds }) => tf.add(value, tf.max(backgrounds.rest))),
  ],
  [
    'batches of one row give finite numbers',
    loss((value, { backgrounds }) => tf.add(value, tf.sum(tf.square(backgrounds.rest)))),
  ],
  [
    'the same seed draws the same, in any order of users',
    {
      make: () => ({ counts: new Float32Array(999).map(() => Math.random()) }),
    },
  ],
]

test.each(broken)('a broken method is found: %s', async (law, change) => {
  const found = await failedLaws({ ...staged, ...change } as AnyMethod, { ...options, laws: [law] })
  expect(found).toEqual([law])
})
