import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backbones, loadBackbone } from '@recdistill/backbones'
import { createEngine } from '@recdistill/engine'
import { evaluate, resolveProtocol } from '@recdistill/metrics'
import { defineMethod } from '@recdistill/plugin'
import { prepareTensors, tf } from '@recdistill/tensor'
import { randomSplit, twoCamps } from '@recdistill/testkit'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { loadModel, train, type TrainEvent, type TrainOptions, type TrainOutcome } from './index.ts'

beforeAll(() => prepareTensors())

const folder = () => mkdtempSync(join(tmpdir(), 'recdistill-trainer-'))
const mf = loadBackbone('mf')
const engine = createEngine({ threads: 1 })

/** Copies the teacher's five favourites and the student's own: one list of each kind, and a value. */
const copying = defineMethod({
  name: 'copying',
  paper: { title: 'none', venue: 'a test' },
  params: z.object({ K: z.int().default(5) }),
  defaults: { lambda: 1, weightDecay: 1e-5 },
  lists: ({ K }) => ({
    favourites: { size: K, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(K)) },
    own: {
      size: K,
      refresh: { epochs: 2 },
      draw: (row, out) => out.set(row.student.top(K, { seen: 'skip' })),
    },
    random: { size: 2, refresh: { epochs: 1 }, draw: (row, out, rng) => out.fill(rng.int(row.numItems)) },
  }),
  values: () => ({ half: { size: 1, refresh: 'once', fill: (_row, out) => out.fill(0.5) } }),
  over: 'users',
  loss: ({ student, teacher, values }) =>
    tf.add(
      tf.sum(tf.mul(values.half, tf.squaredDifference(student.scores.favourites, teacher.scores.favourites))),
      tf.sum(tf.squaredDifference(student.scores.own, teacher.scores.own)),
    ),
})

function optionsFor(
  split = randomSplit({ users: 60, items: 40, seed: 3 }),
  change: Partial<TrainOptions> = {},
): TrainOptions {
  return {
    split,
    protocol: resolveProtocol('rce-kd'),
    backbone: { definition: mf, dim: 6, params: { init: 0.1, biases: false } },
    optimizer: { lr: 0.01, weightDecay: 1e-4, batch: 32, negatives: 1 },
    method: null,
    epochs: 6,
    patience: 100,
    validateEvery: 1,
    seed: 1,
    engine,
    checkpoint: null,
    ...change,
  }
}

function run(options: TrainOptions, until?: (event: TrainEvent) => boolean): TrainOutcome | null {
  const training = train(options)
  for (;;) {
    const next = training.next()
    if (next.done) return next.value
    if (until?.(next.value)) return null
  }
}

const bytes = (at: string) => [readFileSync(join(at, 'last.ckpt')), readFileSync(join(at, 'best.ckpt'))]

function distilling(teacher: TrainOutcome, change: Partial<TrainOptions> = {}): TrainOptions {
  const method = { definition: copying, params: { K: 5 }, lambda: 0.1, teacher: teacher.model }
  return optionsFor(undefined, { method, ...change })
}

test('in a world of two camps the hidden like of every user comes first', () => {
  const split = twoCamps()
  const protocol = resolveProtocol('strict', { ks: [1], select: 'recall@1' })
  const backbone = { definition: mf, dim: 4, params: { init: 0.1, biases: false } }
  const outcome = run(optionsFor(split, { protocol, backbone, epochs: 80 }))!
  expect(evaluate(outcome.model, split, protocol, 'test').means['recall@1']).toBe(1)
})

test('a run stopped at any step and resumed ends with the same bytes as one that was not', () => {
  const teacher = run(optionsFor())!
  const whole = folder()
  const end = run(distilling(teacher, { checkpoint: { folder: whole, everySeconds: 1000 } }))!
  for (const stopAt of [1, 2, 7, 13, 20]) {
    const at = folder()
    let steps = 0
    const signal = {
      get stop() {
        return ++steps > stopAt
      },
    }
    const checkpoint = { folder: at, everySeconds: 1000 }
    expect(run(distilling(teacher, { checkpoint, signal }))!.stopped).toBe('signal')
    const resumed = run(distilling(teacher, { checkpoint }))!
    expect(
      bytes(at).map((file, n) => file.equals(bytes(whole)[n])),
      `stopped after ${stopAt} steps`,
    ).toEqual([true, true])
    expect(resumed.curve.map(({ seconds: _, ...point }) => point)).toEqual(
      end.curve.map(({ seconds: _, ...point }) => point),
    )
  }
})

test('a run told to stop when an epoch ends stands there, and goes on from it to the same bytes', () => {
  const teacher = run(optionsFor())!
  const whole = folder()
  run(distilling(teacher, { checkpoint: { folder: whole, everySeconds: 1000 } }))
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  for (const until of [1, 3, 4]) {
    const signal = { stop: false }
    const epochs: number[] = []
    const stopped = run(distilling(teacher, { checkpoint, signal }), (event) => {
      if (event.type === 'epoch') epochs.push(event.record.epoch)
      if (event.type === 'epoch' && event.record.epoch + 1 >= until) signal.stop = true
      return false
    })!
    expect(stopped.stopped).toBe('signal')
    expect(stopped.epochs).toBe(until)
    expect(epochs.at(-1)).toBe(until - 1)
    // Told so when it is taken up again, it does nothing.
    const before = bytes(checkpoint.folder)
    const still = { stop: false }
    const again = run(distilling(teacher, { checkpoint, signal: still }), (event) => {
      if (event.type === 'resumed') still.stop = true
      return false
    })!
    expect(again.epochs).toBe(until)
    expect(bytes(checkpoint.folder)).toEqual(before)
  }
  run(distilling(teacher, { checkpoint }))
  expect(bytes(checkpoint.folder)).toEqual(bytes(whole))
})

test('a finished run is not run again', () => {
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const first = run(optionsFor(undefined, { checkpoint }))!
  const events: TrainEvent[] = []
  const again = run(optionsFor(undefined, { checkpoint }), (event) => (events.push(event), false))!
  expect(events.map(({ type }) => type)).toEqual(['resumed'])
  expect(again.model.state().parameters).toEqual(first.model.state().parameters)
})

test('an older last checkpoint beside a newer best one still ends in the same place', () => {
  const whole = folder()
  run(optionsFor(undefined, { checkpoint: { folder: whole, everySeconds: 1000 } }))
  const at = folder()
  const options = optionsFor(undefined, { checkpoint: { folder: at, everySeconds: 0 } })
  let old: Buffer | null = null
  run(options, (event) => {
    if (event.type === 'checkpoint' && event.epoch === 1 && event.step === 1)
      old = readFileSync(join(at, 'last.ckpt'))
    return event.type === 'checkpoint' && event.epoch === 4
  })
  writeFileSync(join(at, 'last.ckpt'), old!)
  run(options)
  expect(bytes(at).map((file, n) => file.equals(bytes(whole)[n]))).toEqual([true, true])
})

test('training stops after `patience` validations without improvement and returns the best epoch', () => {
  const outcome = run(
    optionsFor(undefined, {
      epochs: 200,
      patience: 3,
      optimizer: { lr: 0.05, weightDecay: 0, batch: 32, negatives: 1 },
    }),
  )!
  expect(outcome.stopped).toBe('patience')
  expect(outcome.epochs).toBe(outcome.bestEpoch + 4)
  const { means } = evaluate(
    outcome.model,
    randomSplit({ users: 60, items: 40, seed: 3 }),
    resolveProtocol('rce-kd'),
    'valid',
  )
  const best = Math.max(...outcome.curve.map(({ valid }) => valid?.['ndcg@10'] ?? 0))
  expect(means['ndcg@10']).toBe(best)
})

test('without a validation part all epochs run and the last one is kept', () => {
  const split = {
    ...randomSplit({ users: 60, items: 40, seed: 3 }),
    valid: { offsets: new Uint32Array(61), items: new Uint32Array(0) },
  }
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const outcome = run(optionsFor(split, { checkpoint }))!
  expect([outcome.stopped, outcome.epochs, outcome.bestEpoch]).toEqual(['epochs', 6, 5])
  const loaded = loadModel({ checkpoint: outcome.checkpoint!, split, engine, definitions: backbones })
  expect(loaded.state().parameters).toEqual(outcome.model.state().parameters)
})

test('validation every three epochs measures epochs 2, 5, ... and the last', () => {
  const { curve } = run(optionsFor(undefined, { epochs: 8, validateEvery: 3 }))!
  expect(curve.flatMap(({ epoch, valid }) => (valid ? [epoch] : []))).toEqual([2, 5, 7])
})

test('a method without a kernel and its fused twin train the same student', () => {
  const teacher = run(optionsFor())!
  const ranked = defineMethod({
    name: 'fused',
    paper: { title: 'none', venue: 'a test' },
    params: z.object({}),
    defaults: { lambda: 1, weightDecay: 0 },
    lists: () => ({ a: { size: 4, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(4)) } }),
    over: 'pairs',
    loss: ({ student, teacher }) =>
      tf.neg(
        tf.sum(tf.mul(tf.softmax(tf.div(teacher.scores.a, 2)), tf.logSoftmax(tf.div(student.scores.a, 2)))),
      ),
    fused: () => ({ kind: 'softCrossEntropy', list: 'a', temperature: 2 }),
  })
  const { fused: _, ...onTape } = ranked
  const parameters = [ranked, onTape].map((definition) => {
    const method = { definition, params: {}, lambda: 3, teacher: teacher.model }
    const { model, curve } = run(optionsFor(undefined, { method, epochs: 3 }))!
    expect(curve[2].loss.kd).toBeGreaterThan(0)
    return model.state().parameters
  })
  expect(parameters[0].items).toBeNear(parameters[1].items, { abs: 2e-4 })
})

test('a frozen teacher ranks once for as long as its lists are asked for, and again later', () => {
  const teacher = run(optionsFor())!.model
  let ranked = 0
  const counting = {
    ...teacher,
    rank: (...asked: Parameters<typeof teacher.rank>) => (ranked++, teacher.rank(...asked)),
  }
  const asking = (epochs: number) =>
    defineMethod({
      name: 'asking',
      paper: { title: 'none', venue: 'a test' },
      params: z.object({}),
      defaults: { lambda: 1, weightDecay: 0 },
      lists: () => ({
        a: { size: 3, refresh: { epochs }, draw: (row, out) => out.set(row.teacher.top(3)) },
        b: { size: 1, refresh: { epochs: 1 }, draw: (row, out, rng) => out.fill(rng.int(row.numItems)) },
      }),
      over: 'users',
      loss: ({ student }) => tf.sum(tf.add(tf.sum(student.scores.a), tf.sum(student.scores.b))),
    })
  for (const [epochs, expected] of [
    [1, 1],
    [3, 2],
  ] as const) {
    ranked = 0
    const method = { definition: asking(epochs), params: {}, lambda: 0.01, teacher: counting }
    run(optionsFor(undefined, { method }))
    expect(ranked, `refreshed every ${epochs} epochs, of 6`).toBe(expected)
  }
})

test('the whole catalogue as a list is the list of every item', () => {
  const teacher = run(optionsFor())!
  const stored = defineMethod({
    name: 'stored',
    paper: { title: 'none', venue: 'a test' },
    params: z.object({}),
    defaults: { lambda: 1, weightDecay: 0 },
    lists: (_, { numItems }) => ({
      all: {
        size: numItems,
        refresh: 'once',
        draw: (_row, out) => out.forEach((_, item) => (out[item] = item)),
      },
    }),
    over: 'pairs',
    loss: ({ student, teacher }) =>
      tf.neg(tf.sum(tf.mul(tf.softmax(teacher.scores.all), tf.logSoftmax(student.scores.all)))),
  })
  const catalogue = { ...stored, lists: () => ({ all: { size: 'catalogue' as const } }) }
  const parameters = [stored, catalogue].map((definition) => {
    const method = { definition, params: {}, lambda: 2, teacher: teacher.model }
    return run(optionsFor(undefined, { method, epochs: 2 }))!.model.state().parameters
  })
  expect(parameters[0]).toEqual(parameters[1])
})

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
    /broken: .* at epoch 3, step \d+.*lower the learning rate/,
  )
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
