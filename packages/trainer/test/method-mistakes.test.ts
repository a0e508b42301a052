import type { Rng } from '@recdistill/core'
import { defineMethod, type AnyMethod } from '@recdistill/plugin'
import { sampleExcept, type Row } from '@recdistill/samplers'
import { prepareTensors, tf, type Tensor2D } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { copying, optionsFor, run } from './training-scene.ts'

beforeAll(() => prepareTensors())

const method = (change: Readonly<Record<string, unknown>>) =>
  defineMethod({
    name: 'broken',
    paper: { title: 'none', venue: 'a test' },
    params: z.object({}),
    defaults: { lambda: 1, weightDecay: 0 },
    lists: () => ({ a: { size: 2, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(2)) } }),
    over: 'users',
    loss: ({ student }) => tf.sum(student.scores.a),
    ...change,
  })
const listOf = (change: Readonly<Record<string, unknown>>) => ({
  lists: () => ({ a: { size: 2, refresh: 'once', draw: () => undefined, ...change } }),
})
const scoresOf = ({ student }: { student: { scores: Record<string, Tensor2D> } }) => student.scores.a

test.each([
  [
    'a list longer than its size',
    listOf({ draw: (row: Row, out: Uint32Array) => out.set(row.teacher.top(3)) }),
    /^broken: list "a", of size 2, of user 0: RangeError: offset is out of bounds$/,
  ],
  [
    'a list that no memory holds',
    listOf({ size: 2 ** 40 }),
    /^broken: list "a" would have \d+ numbers, more than memory holds; ask for fewer of them$/,
  ],
  [
    'a list of pairs that no memory holds',
    listOf({ size: 2 ** 40, per: 'pair', refresh: { epochs: 2 } }),
    /^broken: list "a" would have \d+ numbers, more than memory holds/,
  ],
  [
    'values that no memory holds',
    { values: () => ({ w: { size: 2 ** 40, refresh: 'once', fill: () => undefined } }) },
    /^broken: value "w" would have \d+ numbers, more than memory holds/,
  ],
  [
    'a refresh that is none',
    listOf({ refresh: 'sometimes' }),
    /^broken: list "a": refresh: expected 'once', 'batch' or \{ epochs: n \}, got "sometimes"$/,
  ],
  [
    'a refresh that was forgotten',
    { lists: () => ({ a: { size: 2, draw: () => undefined } }) },
    /^broken: list "a": refresh: expected .*, got nothing$/,
  ],
  [
    'a draw that is a promise',
    listOf({ draw: () => Promise.reject(new Error('too late')) }),
    /^broken: list "a", of size 2, of user 0: draw gives a promise; .* cannot be async$/,
  ],
  [
    'a draw that gives its items instead of writing them',
    listOf({ draw: (row: Row) => row.teacher.top(2) }),
    /^broken: list "a", of size 2, of user 0: draw gives a list and writes nothing; .* out\.set\(list\)$/,
  ],
  [
    'a value that is given instead of written',
    { values: () => ({ w: { size: 1, refresh: 'once', fill: () => [1] } }) },
    /^broken: value "w", of size 1, of user 0: fill gives a list and writes nothing/,
  ],
  [
    'a draw that reads a list nobody declared',
    listOf({ draw: (row: Row) => row.list('aa') }),
    /^broken: list "a", of size 2, of user 0: no list "aa" is drawn; did you mean "a"\? there are a$/,
  ],
  [
    'a draw that reads a value nobody declared',
    listOf({ draw: (row: Row) => row.value('w') }),
    /^broken: list "a", of size 2, of user 0: no value "w" is filled; there are none$/,
  ],
  [
    'a draw that reads what is drawn later',
    {
      lists: () => ({
        a: { size: 2, refresh: 'once', draw: (row: Row) => row.list('b') },
        b: { size: 2, refresh: 'once', draw: (row: Row, out: Uint32Array) => out.set(row.teacher.top(2)) },
      }),
    },
    /^broken: list "a", of size 2, of user 0: list "b" is not drawn yet; declare it before what reads it$/,
  ],
  [
    'a draw that reads what is drawn for batches',
    {
      lists: () => ({
        b: { size: 2, refresh: 'batch', draw: (_: Row, out: Uint32Array) => out.fill(0, 0, 1) },
        a: { size: 2, refresh: 'once', draw: (row: Row) => row.list('b') },
      }),
    },
    /^broken: list "a", of size 2, of user 0: list "b" is not drawn yet/,
  ],
  [
    'a draw that reads a value that is filled for batches',
    {
      ...listOf({ draw: (row: Row) => row.value('w') }),
      values: () => ({ w: { size: 1, refresh: 'batch', fill: () => undefined } }),
    },
    /^broken: list "a", of size 2, of user 0: value "w" is not filled yet/,
  ],
  [
    'a draw that reads a value that is filled later',
    {
      ...listOf({ draw: (row: Row) => row.value('w') }),
      values: () => ({ w: { size: 1, refresh: 'once', fill: () => undefined } }),
    },
    /^broken: list "a", of size 2, of user 0: value "w" is not filled yet; carried ones are filled before/,
  ],
  [
    'a list of the pair under a loss over users',
    { lists: () => ({ a: { pair: 'positive' } }) },
    /^broken: list "a" is the training pair's own, so the loss must run over pairs$/,
  ],
  [
    'a list drawn per pair under a loss over users',
    { ...listOf({ per: 'pair', refresh: { epochs: 1 } }), over: () => 'users' },
    /^broken: list "a" is drawn per pair, so the loss must run over pairs$/,
  ],
  [
    'a draw that hands wrong items to a sampler',
    listOf({ draw: (row: Row, out: Uint32Array, rng: Rng) => sampleExcept(row.numItems, [Uint32Array.of(1e6)], out, rng) }), // prettier-ignore
    /^broken: list "a", of size 2, of user 0: sampleExcept: /,
  ],
  [
    'a loss that leaves the tape',
    { loss: (input: never) => tf.sum(tf.tensor2d(scoresOf(input).arraySync())) },
    /^broken: its loss reads student\.scores\.a and depends on none of them, so it trains nothing; /,
  ],
  [
    'a loss that is a tensor of rows',
    { loss: scoresOf },
    /its loss gives a tensor of shape \[\d+, 2\], .* sum it/,
  ],
  [
    'a loss that is a promise',
    { loss: () => Promise.reject(new Error('too late')) },
    /its loss gives a promise, expected a scalar/,
  ],
  [
    'a loss that throws',
    {
      loss() {
        throw new TypeError('no such thing')
      },
    },
    /^broken: loss of the student: TypeError: no such thing$/,
  ],
  [
    'what another copy of the library throws for NaN',
    {
      loss() {
        throw Object.assign(new Error('no number'), { name: 'NumericError' })
      },
    },
    /^broken: no number, at epoch 1, step 1; /,
  ],
  [
    'a loss that is NaN from the first step',
    { loss: (input: Parameters<typeof scoresOf>[0]) => tf.sum(tf.mul(scoresOf(input), NaN)) },
    /at epoch 1, step 1; no step was taken before, so look at what goes into the loss/,
  ],
])('%s is told to the author of the method', (_, change, says) => {
  const teacher = run(optionsFor())
  const definition = method(change) as unknown as AnyMethod
  expect(() =>
    run(optionsFor(undefined, { method: { definition, params: {}, lambda: 1, teacher: teacher.model } })),
  ).toThrow(says)
})

test('a loss that reads a name nobody declared says so', () => {
  const teacher = run(optionsFor())
  const definition = {
    ...copying,
    loss: ({ student }: never) => tf.sum((student as { scores: Record<string, never> }).scores.typo),
  }
  const method = {
    definition: definition as unknown as typeof copying,
    params: { K: 5 },
    lambda: 1,
    teacher: teacher.model,
  }
  expect(() => run(optionsFor(undefined, { method }))).toThrow(
    'copying: its loss reads list "typo"; declared are favourites, own, random',
  )
})

test('a loss that becomes NaN names the method, the epoch and the step', () => {
  const teacher = run(optionsFor())
  const definition = method({
    loss: ({ student, progress }: { student: { scores: { a: Tensor2D } }; progress: number }) =>
      tf.sum(tf.mul(student.scores.a, progress > 0.5 ? NaN : 1)),
  }) as unknown as AnyMethod
  expect(() =>
    run(optionsFor(undefined, { method: { definition, params: {}, lambda: 1, teacher: teacher.model } })),
  ).toThrow(/broken: .* at epoch 4, step \d+.*lower the learning rate/)
})
