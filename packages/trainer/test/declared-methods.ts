import { defineMethod, itemSide } from '@recdistill/plugin'
import { tf, type Tensor2D } from '@recdistill/tensor'
import { z } from 'zod'

const paper = { title: 'none', venue: 'a test' }
const params = z.object({})
const defaults = { lambda: 1, weightDecay: 0 }
/** What the methods of tests have in common. */
export const none = { lists: () => ({}), paper, params, defaults }

/** Student vectors through a trained matrix should be the teacher's. */
export const projecting = defineMethod({
  ...none,
  name: 'projecting',
  over: 'users',
  rows: () => ({ users: 'users', some: { of: 'items', random: 7 } }),
  aux: (_p, { dims }) => ({
    matrix: { shape: [dims.student, dims.teacher], init: { normal: 0.3 } },
    shift: { shape: [dims.teacher], init: 'zeros' },
  }),
  loss: ({ student, teacher, aux }) => {
    const distance = (mine: Tensor2D, theirs: Tensor2D) =>
      tf.sum(tf.squaredDifference(tf.add(tf.matMul(mine, aux.matrix as Tensor2D), aux.shift), theirs))
    return tf.add(
      distance(student.rows.users, teacher.rows.users),
      distance(student.rows.some, teacher.rows.some),
    )
  },
})

/** Draws per pair and per batch, counts epochs in a state, and ranks users for items. */
export const drawing = defineMethod({
  ...none,
  name: 'drawing',
  lists: () => ({
    positive: { pair: 'positive' },
    negatives: { pair: 'negatives' },
    drawn: {
      size: 2,
      per: 'pair',
      refresh: { epochs: 2 },
      draw: (row, out, rng) => fill(out, () => rng.int(row.numItems)),
    },
    candidates: {
      size: 6,
      refresh: { epochs: 1 },
      draw: (row, out) => out.set(row.teacher.top(6, { seen: 'skip' })),
    },
    now: {
      size: 2,
      refresh: 'batch',
      draw: (row, out, rng) => fill(out, () => row.list('candidates')[rng.int(6)]),
    },
  }),
  values: () => ({
    age: {
      size: 1,
      carried: true,
      refresh: { epochs: 1 },
      fill: (row, out) => void (out[0] += row.epoch + 1),
    },
    place: {
      size: 6,
      refresh: { epochs: 1 },
      fill: (row, out) => out.set(row.student.positionOf(row.list('candidates'))),
    },
  }),
  over: 'pairs',
  loss: ({ student, teacher, values, everyone, epoch }) => {
    const expected = ((epoch + 1) * (epoch + 2)) / 2
    if (everyone.age.some((age) => age !== expected)) throw new Error('a state was lost')
    const apart = (name: 'drawn' | 'now') =>
      tf.sum(tf.squaredDifference(student.scores[name], teacher.scores[name]))
    return tf.addN([
      apart('drawn'),
      apart('now'),
      tf.sum(tf.softplus(tf.sub(student.scores.negatives, student.scores.positive))),
      tf.mul(tf.sum(values.place), 0),
    ]) as never
  },
  itemSide: () =>
    itemSide({
      weight: 0.5,
      over: 'positives',
      lists: () => ({
        fans: {
          size: 3,
          refresh: { epochs: 1 },
          draw: (row, out) => out.set(row.teacher.top(3, { seen: 'skip' })),
        },
      }),
      loss: ({ student, teacher }) => tf.sum(tf.squaredDifference(student.scores.fans, teacher.scores.fans)),
    }),
})

/** Both models pull each other together; neither has an objective of its own. */
export const mutual = defineMethod({
  ...none,
  name: 'mutual',
  lists: () => ({
    top: { size: 5, refresh: { epochs: 1 }, draw: (row, out) => out.set(row.student.top(5)) },
  }),
  over: 'users',
  base: () => false,
  loss: ({ student, teacher }) => tf.sum(tf.squaredDifference(student.scores.top, teacher.scores.top)),
  teacherLoss: ({ student, teacher }) => tf.sum(tf.squaredDifference(student.scores.top, teacher.scores.top)),
})

/** All that is neither seen nor among the teacher's first should score low; targets come from a snapshot. */
export const lowering = defineMethod({
  ...none,
  name: 'lowering',
  trajectory: () => 2,
  lists: () => ({
    top: {
      size: 4,
      refresh: 'once',
      draw: (row, out) => out.set(row.trajectories[0][0].top(4, { seen: 'skip' })),
    },
  }),
  backgrounds: () => ({ rest: { without: ['top'], clamp: 40 } }),
  over: 'users',
  loss: ({ student }) => tf.sum(tf.sub(student.backgrounds.rest, tf.logSumExp(student.scores.top, 1, true))),
})

function fill(out: Uint32Array, value: () => number): void {
  for (let n = 0; n < out.length; n++) out[n] = value()
}
