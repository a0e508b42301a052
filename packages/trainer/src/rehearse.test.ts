import { createEngine } from '@recdistill/engine'
import { defineMethod } from '@recdistill/plugin'
import { prepareTensors, tf } from '@recdistill/tensor'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { rehearse } from './index.ts'

beforeAll(() => prepareTensors())

const engine = createEngine({ threads: 1 })
const params = z.object({ K: z.int().default(7) })
const base = {
  name: 'asking',
  paper: { title: 'none', venue: 'a test' },
  params,
  defaults: { lambda: 1, weightDecay: 0 },
  over: 'users' as const,
}
const copied = defineMethod({
  ...base,
  lists: ({ K }) => ({
    favourites: {
      size: K,
      refresh: 'once',
      draw: (row, out) => out.set(row.teacher.top(K, { seen: 'skip' })),
    },
    random: {
      size: 5,
      refresh: { epochs: 1 },
      draw: (row, out, rng) => void out.forEach((_, n) => (out[n] = rng.int(row.numItems))),
    },
  }),
  loss: ({ student, teacher }) =>
    tf.add(
      tf.sum(tf.squaredDifference(student.scores.favourites, teacher.scores.favourites)),
      tf.sum(student.scores.random),
    ),
})

describe('a rehearsal finds out', () => {
  test('how deep lists reach, and that scores of random items of the student alone need no teacher', () => {
    expect(rehearse(copied, { K: 7 }, { engine })).toEqual({
      depth: { keep: 0, skip: 7 },
      order: false,
      scores: false,
      nan: null,
    })
  })

  test('that the loss reads scores of random items', () => {
    const reading = defineMethod({
      ...base,
      lists: copied.lists,
      loss: ({ teacher, student }) =>
        tf.sum(tf.squaredDifference(student.scores.random, teacher.scores.random)),
    })
    expect(rehearse(reading, { K: 7 }, { engine })).toMatchObject({ depth: { skip: 7 }, scores: true })
  })

  test('that the whole catalogue is compared', () => {
    const whole = defineMethod({
      ...base,
      lists: () => ({ all: { size: 'catalogue' } }),
      loss: ({ student, teacher }) => tf.sum(tf.squaredDifference(student.scores.all, teacher.scores.all)),
    })
    expect(rehearse(whole, { K: 7 }, { engine })).toMatchObject({ scores: true })
  })

  test('that positions of any item are the whole order', () => {
    const placed = defineMethod({
      ...base,
      lists: copied.lists,
      values: () => ({
        places: {
          size: 5,
          refresh: { epochs: 1 },
          fill: (row, out) => out.set(row.teacher.positionOf(row.list('random'))),
        },
      }),
      loss: ({ student, values }) => tf.sum(tf.mul(student.scores.random, values.places)),
    })
    expect(rehearse(placed, { K: 7 }, { engine })).toMatchObject({ order: true, scores: false })
  })

  test('that the loss is no number, and all it asks beside', () => {
    const broken = defineMethod({
      ...base,
      lists: copied.lists,
      loss: ({ student, teacher, epoch }) =>
        tf.mul(
          tf.sum(epoch > 100 ? teacher.scores.random : student.scores.favourites),
          epoch === 0 ? NaN : 1,
        ),
    })
    expect(rehearse(broken, { K: 7 }, { engine })).toMatchObject({
      depth: { skip: 7 },
      scores: true,
      nan: expect.stringContaining('the loss is NaN') as string,
    })
  })

  test('what only a late stage asks', () => {
    const late = defineMethod({
      ...base,
      lists: copied.lists,
      loss: ({ student, teacher, progress, epoch }) =>
        epoch > 100 && progress < 1
          ? tf.sum(tf.squaredDifference(student.scores.random, teacher.scores.random))
          : tf.sum(student.scores.favourites),
    })
    expect(rehearse(late, { K: 7 }, { engine }).scores).toBe(true)
  })
})

test('a loss by name that is none is refused in words, before anything is computed', () => {
  const fused = () => ({ kind: 'softCrossEntropy', list: 'favorites', temperature: 1 }) as const
  expect(() => rehearse({ ...copied, fused }, { K: 7 }, { engine })).toThrow(
    'asking: fused: there is no list "favorites"; did you mean "favourites"? declared are favourites, random',
  )
})

test('nothing is left behind', () => {
  const before = tf.memory().numTensors
  rehearse(copied, { K: 7 }, { engine })
  expect(tf.memory().numTensors).toBe(before)
})
