/** Checked by the compiler alone: every line under an expected error must fail to compile, everything else must. */
import { sampleExcept } from '@recdistill/samplers'
import { tf, type Tensor2D } from '@recdistill/tensor'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { defineMethod, parseParams, type AnyMethod } from './index.ts'

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

const preset = { dataset: 'd', teacher: 'a', student: 'b', lambda: 1, weightDecay: 0, batch: 8 }
defineMethod({
  ...plain,
  params: z.object({ K: z.int() }),
  // @ts-expect-error no parameter has this name
  presets: [{ ...preset, params: { L: 3 } }],
})

// A known method is a method whose parameters are not known.
expectTypeOf(method).toExtend<AnyMethod>()
const methods: readonly AnyMethod[] = [method, plain]
void methods

expectTypeOf(parseParams(method, {})).toEqualTypeOf<{ K: number; mode: 'near' | 'far'; cap: number | null }>()
expectTypeOf(parseParams(method, {}).K).toEqualTypeOf<number>()
