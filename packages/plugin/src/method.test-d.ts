/** Checked by the compiler alone: every line under an expected error must fail to compile, everything else must. */
import { sampleExcept } from '@recdistill/samplers'
import { tf, type Tensor, type Tensor2D } from '@recdistill/tensor'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { defineMethod, itemSide, parseParams, type AnyMethod } from './index.ts'

const paper = { title: 'none', venue: 'none' }
const defaults = { lambda: 1, weightDecay: 0 }

const method = defineMethod({
  name: 'typed',
  paper,
  defaults,
  params: z.object({
    K: z.int().min(1).default(10).describe('items'),
    mode: z.enum(['near', 'far']).default('near').describe('which'),
    cap: z.number().nullable().default(null).describe('bound'),
  }),
  presets: [
    { dataset: 'd', teacher: 'mf', student: 'mf', params: { K: 3 }, lambda: 1, weightDecay: 0, batch: 8 },
  ],
  over: 'users',
  check: (p, world) => {
    expectTypeOf(p.mode).toEqualTypeOf<'near' | 'far'>()
    return p.K > world.numItems ? ['too long'] : []
  },
  lists: (p) => {
    expectTypeOf(p).toEqualTypeOf<{ K: number; mode: 'near' | 'far'; cap: number | null }>()
    // @ts-expect-error no parameter has this name
    void p.L
    return {
      top: { size: p.K, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(p.K)) },
      rest: {
        size: p.K,
        refresh: { epochs: 1 },
        draw: (row, out, rng) => void sampleExcept(row.numItems, [row.seen], out, rng),
      },
    }
  },
  values: (p) => ({ weight: { size: p.K, refresh: 'once', fill: (_row, out) => void out.fill(1) } }),
  loss: ({ student, teacher, mask, values, params, progress }) => {
    expectTypeOf(student.scores.top).toEqualTypeOf<Tensor2D>()
    expectTypeOf(teacher.scores.rest).toEqualTypeOf<Tensor2D>()
    expectTypeOf(mask.top).toEqualTypeOf<Tensor2D>()
    expectTypeOf(values.weight).toEqualTypeOf<Tensor2D>()
    expectTypeOf(params.cap).toEqualTypeOf<number | null>()
    expectTypeOf(progress).toEqualTypeOf<number>()
    // @ts-expect-error no list has this name
    void student.scores.toop
    // @ts-expect-error no list has this name
    void teacher.scores.weight
    // @ts-expect-error no list has this name
    void mask.weight
    // @ts-expect-error no value has this name
    void values.top
    // @ts-expect-error no parameter has this name
    void params.kk
    return tf.sum(student.scores.top)
  },
})

const plain = defineMethod({
  name: 'plain',
  paper,
  defaults,
  params: z.object({}),
  over: 'pairs',
  lists: () => ({ all: { size: 'catalogue' } }),
  loss: ({ student, values }) => {
    // @ts-expect-error no values were declared
    void values.weight
    return tf.sum(student.scores.all)
  },
})

defineMethod({
  ...plain,
  lists: () => ({ all: { size: 'catalogue' } }),
  loss: ({ student, ids, aux, everyone }) => {
    // @ts-expect-error no vectors were declared
    void student.rows.users
    // @ts-expect-error no backgrounds were declared
    void student.backgrounds.rest
    // @ts-expect-error no vectors were declared, so there are no ids
    void ids.users
    // @ts-expect-error no auxiliary tensors were declared
    void aux.weight
    // @ts-expect-error no values were declared
    void everyone.stage
    return tf.sum(student.scores.all)
  },
})

/** Everything a method can declare. */
const whole = defineMethod({
  name: 'whole',
  paper,
  defaults: { ...defaults, teacherWeightDecay: 0 },
  params: z.object({ experts: z.int().min(1).default(3).describe('networks') }),
  over: 'pairs',
  startsFrom: 'scratch',
  make: (p, { train }) => {
    expectTypeOf(p.experts).toEqualTypeOf<number>()
    return { counts: new Float32Array(train.items.length) }
  },
  lists: (_, { dims }, made) => {
    expectTypeOf(made).toEqualTypeOf<{ counts: Float32Array<ArrayBuffer> }>()
    expectTypeOf(dims.student).toEqualTypeOf<number>()
    return {
      positive: { pair: 'positive' },
      drawn: {
        size: 2,
        per: 'pair',
        refresh: { epochs: 2 },
        draw: (row, out) => {
          expectTypeOf(row.trajectories[0][0].top(3)).toEqualTypeOf<Uint32Array>()
          expectTypeOf(row.value('stage')).toEqualTypeOf<Float32Array>()
          out.fill(row.epoch)
        },
      },
    }
  },
  values: (_, __, made) => ({
    stage: {
      size: 1,
      refresh: { epochs: 1 },
      carried: true,
      fill: (_row, out) => out.set(made.counts.subarray(0, 1)),
    },
  }),
  rows: () => ({
    users: 'users',
    some: { of: 'items', random: 8 },
    own: { of: 'users', per: 'row' },
    listed: { of: 'items', list: 'drawn' },
  }),
  aux: ({ experts }, { dims }) => ({
    gate: { shape: [dims.teacher, experts], init: { normal: 0.1 } },
  }),
  backgrounds: () => ({ rest: { without: ['drawn'], clamp: 40 } }),
  loss: ({ student, teacher, aux, ids, values, everyone, made, rng, epoch, epochs }) => {
    expectTypeOf(student.rows.listed).toEqualTypeOf<Tensor2D>()
    expectTypeOf(teacher.rows.some).toEqualTypeOf<Tensor2D>()
    expectTypeOf(student.backgrounds.rest).toEqualTypeOf<Tensor2D>()
    expectTypeOf(aux.gate).toEqualTypeOf<Tensor>()
    expectTypeOf(ids.own).toEqualTypeOf<Uint32Array>()
    expectTypeOf(values.stage).toEqualTypeOf<Tensor2D>()
    expectTypeOf(everyone.stage).toEqualTypeOf<Float32Array>()
    expectTypeOf(made.counts).toEqualTypeOf<Float32Array<ArrayBuffer>>()
    expectTypeOf(rng.float()).toEqualTypeOf<number>()
    expectTypeOf(epoch / epochs).toEqualTypeOf<number>()
    // @ts-expect-error no vectors have this name
    void student.rows.user
    // @ts-expect-error a list is no vectors
    void student.rows.drawn
    // @ts-expect-error no background has this name
    void student.backgrounds.others
    // @ts-expect-error no auxiliary tensor has this name
    void aux.gates
    // @ts-expect-error no vectors have this name
    void ids.drawn
    // @ts-expect-error no value has this name
    void everyone.stages
    // @ts-expect-error make returned no such thing
    void made.count
    return tf.sum(student.scores.positive)
  },
  teacherLoss: ({ teacher, made }) => {
    void made.counts
    // @ts-expect-error no list has this name
    void teacher.scores.positives
    return tf.sum(teacher.scores.positive)
  },
  base: ({ experts }) => experts > 1,
  trajectory: ({ experts }) => experts,
  itemSide: ({ experts }) =>
    itemSide({
      weight: 0.5,
      over: 'positives',
      lists: ({ numItems }) => ({
        fans: { size: numItems, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(experts)) },
      }),
      values: () => ({ share: { size: 1, refresh: 'once', fill: () => {} } }),
      loss: ({ student, values }) => {
        expectTypeOf(student.scores.fans).toEqualTypeOf<Tensor2D>()
        expectTypeOf(values.share).toEqualTypeOf<Tensor2D>()
        // @ts-expect-error lists of the user side have no place here
        void student.scores.positive
        // @ts-expect-error no value has this name
        void values.stage
        return tf.sum(student.scores.fans)
      },
    }),
})

defineMethod({
  ...plain,
  lists: () => ({ all: { size: 'catalogue' } }),
  // @ts-expect-error vectors are of users or of items
  rows: () => ({ friends: { of: 'friends', all: true } }),
})

defineMethod({
  ...plain,
  lists: () => ({ all: { size: 'catalogue' } }),
  // @ts-expect-error initial values are zeros, uniform or normal
  aux: () => ({ weight: { shape: [2], init: 'ones' } }),
})

const preset = { dataset: 'd', teacher: 'a', student: 'b', lambda: 1, weightDecay: 0, batch: 8 }
defineMethod({
  ...plain,
  params: z.object({ K: z.int() }),
  // @ts-expect-error no parameter has this name
  presets: [{ ...preset, params: { L: 3 } }],
})

// A known method is a method whose parameters are not known.
expectTypeOf(method).toExtend<AnyMethod>()
const methods: readonly AnyMethod[] = [method, plain, whole]
void methods

expectTypeOf(parseParams(method, {})).toEqualTypeOf<{ K: number; mode: 'near' | 'far'; cap: number | null }>()
expectTypeOf(parseParams(method, {}).K).toEqualTypeOf<number>()
