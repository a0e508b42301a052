import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { backbones } from '@recdistill/backbones'
import type { Rng } from '@recdistill/core'
import { resolveProtocol } from '@recdistill/metrics'
import { defineMethod, type AnyMethod } from '@recdistill/plugin'
import { sampleExcept, type Row } from '@recdistill/samplers'
import { prepareTensors, tf, type Tensor2D } from '@recdistill/tensor'
import { randomSplit, twoCamps } from '@recdistill/testkit'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { loadModel, train, type TrainOptions } from '../src/index.ts'

import { folder, mf, engine, copying, optionsFor, run, distilling } from './training-scene.ts'

beforeAll(() => prepareTensors())

test('a loss that reads a name nobody declared says so', () => {
  const teacher = run(optionsFor())!
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

test('a teacher comes back from its file and ranks as before', () => {
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const options = optionsFor(undefined, { checkpoint })
  const { model } = run(options)!
  const loaded = loadModel({
    checkpoint: join(checkpoint.folder, 'best.ckpt'),
    split: options.split,
    engine,
    definitions: backbones,
  })
  const users = Uint32Array.of(0, 5, 9)
  const before = model.rank(users, 5, null).items.slice()
  expect(loaded.rank(users, 5, null).items.slice()).toEqual(before)
  const other = randomSplit({ users: 60, items: 40, seed: 4 })
  expect(() =>
    loadModel({
      checkpoint: join(checkpoint.folder, 'best.ckpt'),
      split: other,
      engine,
      definitions: backbones,
    }),
  ).toThrow('trained on split')
})

test('a checkpoint made under other settings is refused by name', () => {
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  run(optionsFor(undefined, { checkpoint }))
  expect(() => run(optionsFor(undefined, { checkpoint, seed: 2 }))).toThrow('seed was 1, now 2')
  rmSync(join(checkpoint.folder, 'last.ckpt'))
  const kept = readFileSync(join(checkpoint.folder, 'best.ckpt'))
  expect(() => run(optionsFor(undefined, { checkpoint, seed: 2 }))).toThrow(/best\.ckpt.*seed was 1, now 2/)
  expect(readFileSync(join(checkpoint.folder, 'best.ckpt'))).toEqual(kept)
  run(optionsFor(undefined, { checkpoint }))
  expect(readFileSync(join(checkpoint.folder, 'best.ckpt'))).toEqual(kept)
})

test('a protocol that the split cannot be measured by is refused before the first epoch', () => {
  const refused = (change: Partial<TrainOptions>) => () => train(optionsFor(undefined, change)).next()
  const long = resolveProtocol('rce-kd', { ks: [50], select: 'recall@50' })
  expect(refused({ protocol: long })).toThrow('measures lists of 50, and the catalogue has 40 items')
  const none = twoCamps({ usersPerCamp: 3, itemsPerCamp: 3 })
  const empty = { ...none, test: none.valid, valid: none.test }
  const protocol = resolveProtocol('rce-kd', { ks: [1], select: 'recall@1' })
  expect(refused({ split: empty, protocol, followTest: true })).toThrow('the test part of the split is empty')
})

test('a loss that becomes NaN names the method, the epoch and the step', () => {
  const teacher = run(optionsFor())!
  const broken = defineMethod({
    name: 'broken',
    paper: { title: 'none', venue: 'a test' },
    params: z.object({}),
    defaults: { lambda: 1, weightDecay: 0 },
    lists: () => ({ a: { size: 2, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(2)) } }),
    over: 'users',
    loss: ({ student, progress }) => tf.sum(tf.mul(student.scores.a, progress > 0.5 ? NaN : 1)),
  })
  const method = { definition: broken, params: {}, lambda: 1, teacher: teacher.model }
  expect(() => run(optionsFor(undefined, { method }))).toThrow(
    /broken: .* at epoch 4, step \d+.*lower the learning rate/,
  )
})

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
    { loss: () => Promise.resolve(1) },
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
    'a loss that is NaN from the first step',
    { loss: (input: Parameters<typeof scoresOf>[0]) => tf.sum(tf.mul(scoresOf(input), NaN)) },
    /at epoch 1, step 1; no step was taken before, so look at what goes into the loss/,
  ],
])('%s is told to the author of the method', (_, change, says) => {
  const teacher = run(optionsFor())!
  const definition = method(change) as unknown as AnyMethod
  expect(() =>
    run(optionsFor(undefined, { method: { definition, params: {}, lambda: 1, teacher: teacher.model } })),
  ).toThrow(says)
})

test.each([
  ['train.dim: expected an integer >= 1, got 0', { backbone: { definition: mf, dim: 0, params: {} } }],
  ['train.epochs: expected an integer >= 1, got 0', { epochs: 0 }],
  [
    'train.lr: expected a number > 0, got NaN',
    { optimizer: { lr: NaN, weightDecay: 0, batch: 1, negatives: 1 } },
  ],
  [
    'train.checkpoint.everySeconds: expected a number >= 0, got NaN',
    { checkpoint: { folder: 'unused', everySeconds: NaN } },
  ],
  [
    'no training interactions',
    { split: { ...twoCamps(), train: { offsets: new Uint32Array(99), items: new Uint32Array(0) } } },
  ],
])('refused: %s', (message, change) => {
  expect(() => run(optionsFor(undefined, change))).toThrow(message)
})

test('views are asked for only after `begin`, whenever parameters have changed', () => {
  /** Matrix factorisation that insists on it, as a model whose rows are propagated must. */
  const strict = {
    ...mf,
    create(...given: Parameters<typeof mf.create>) {
      const model = mf.create(...given)
      let stale = true
      const guarded =
        (view: string, f: (...args: never[]) => unknown) =>
        (...args: never[]) => {
          if (stale) throw new Error(`${view} before begin`)
          return f(...args)
        }
      const changing =
        (f: (...args: never[]) => unknown) =>
        (...args: never[]) => {
          stale = true
          return f(...args)
        }
      const views = ['base', 'scores', 'scoresOf', 'positionsOf', 'rowsOf', 'rank', 'pullScores'] as const
      return {
        ...model,
        ...Object.fromEntries(views.map((view) => [view, guarded(view, model[view])])),
        update: changing(model.update),
        restore: changing(model.restore),
        begin: () => (stale = false),
      } as unknown as typeof model
    },
  }
  const backbone = { definition: strict, dim: 6, params: { init: 0.1, biases: false } }
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const options = optionsFor(undefined, { backbone, checkpoint })
  expect(() => run(options)!.model.rank(Uint32Array.of(0), 5, null)).not.toThrow()
  const teacher = loadModel({
    checkpoint: join(checkpoint.folder, 'best.ckpt'),
    split: options.split,
    engine,
    definitions: [strict],
  })
  const method = { definition: copying, params: { K: 5 }, lambda: 0.1, teacher }
  expect(() => run(optionsFor(undefined, { backbone, method }))).not.toThrow()
})

test('a caller who leaves the loop early gets the tables back', () => {
  let disposed = 0
  const definition = {
    ...mf,
    create(...given: Parameters<typeof mf.create>) {
      const model = mf.create(...given)
      return { ...model, dispose: () => (disposed++, model.dispose()) }
    },
  }
  const backbone = { definition, dim: 6, params: { init: 0.1, biases: false } }
  for (const event of train(optionsFor(undefined, { backbone }))) if (event.type === 'epoch') break
  expect(disposed).toBe(1)
  run(optionsFor(undefined, { backbone }))!.model.dispose()
  expect(disposed).toBe(2)
})

test('a run goes on only with the same teacher, and with a method whose lists are the same', () => {
  const [teacher, other] = [run(optionsFor())!, run(optionsFor(undefined, { seed: 2 }))!]
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  run(distilling(teacher, { checkpoint }))
  expect(() => run(distilling(other, { checkpoint }))).toThrow(/teacher was "\w+", now "\w+"/)
  const edited = {
    ...copying,
    values: () => ({ half: { size: 2, refresh: 'once' as const, fill: () => {} } }),
  } as unknown as typeof copying
  const method = { definition: edited, params: { K: 5 }, lambda: 0.1, teacher: teacher.model }
  expect(() => run(optionsFor(undefined, { checkpoint, method }))).toThrow(
    'copying: the checkpoint has 60 numbers for value.half, the method needs 120',
  )
})
