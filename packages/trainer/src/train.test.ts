import { backbones } from '@recdistill/backbones'
import { evaluate, resolveProtocol } from '@recdistill/metrics'
import { defineMethod } from '@recdistill/plugin'
import { prepareTensors, tf } from '@recdistill/tensor'
import { randomSplit, twoCamps } from '@recdistill/testkit'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { copying, distilling, engine, folder, mf, optionsFor, run } from '../test/training-scene.ts'
import { loadModel, type TrainOptions } from './index.ts'

beforeAll(() => prepareTensors())

test('in a world of two camps the hidden like of every user comes first', () => {
  const split = twoCamps()
  const protocol = resolveProtocol('strict', { ks: [1], select: 'recall@1' })
  const backbone = { definition: mf, dim: 4, params: { init: 0.1, biases: false } }
  const outcome = run(optionsFor(split, { protocol, backbone, epochs: 80 }))
  expect(evaluate(outcome.model, split, protocol, 'test').means['recall@1']).toBe(1)
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

test("validations of a method's warm-up do not wear out patience, in one run or two", () => {
  const patient = { ...copying, warmUp: () => 15 }
  const teacher = run(optionsFor(undefined, { epochs: 1 }))
  const options = (change: Partial<TrainOptions> = {}) =>
    distilling(teacher, {
      epochs: 200,
      patience: 3,
      optimizer: { lr: 0.05, weightDecay: 0, batch: 32, negatives: 1 },
      method: { definition: patient, params: { K: 5 }, lambda: 0.1, teacher: teacher.model },
      ...change,
    })
  const { stopped, epochs, bestEpoch } = run(options())
  expect(stopped).toBe('patience')
  expect(epochs).toBe(Math.max(15, bestEpoch + 1) + 3)
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  run(options({ checkpoint }), (event) => event.type === 'epoch' && event.record.epoch === 12)
  expect(run(options({ checkpoint })).epochs).toBe(epochs)
})

test('without a validation part all epochs run and the last one is kept', () => {
  const split = {
    ...randomSplit({ users: 60, items: 40, seed: 3 }),
    valid: { offsets: new Uint32Array(61), items: new Uint32Array(0) },
  }
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const outcome = run(optionsFor(split, { checkpoint }))
  expect([outcome.stopped, outcome.epochs, outcome.bestEpoch]).toEqual(['epochs', 6, 5])
  const loaded = loadModel({ checkpoint: outcome.checkpoint!, split, engine, definitions: backbones })
  expect(loaded.state().parameters).toEqual(outcome.model.state().parameters)
})

test('validation every three epochs measures epochs 2, 5, ... and the last', () => {
  const { curve } = run(optionsFor(undefined, { epochs: 8, validateEvery: 3 }))
  expect(curve.flatMap(({ epoch, valid }) => (valid ? [epoch] : []))).toEqual([2, 5, 7])
})

test('a method without a kernel and its fused twin train the same student', () => {
  const teacher = run(optionsFor())
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
    const { model, curve } = run(optionsFor(undefined, { method, epochs: 3 }))
    expect(curve[2].loss.kd).toBeGreaterThan(0)
    return model.state().parameters
  })
  expect(parameters[0].items).toBeNear(parameters[1].items, { abs: 2e-4 })
})

test('a frozen teacher ranks once for as long as its lists are asked for, and again later', () => {
  const teacher = run(optionsFor()).model
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
  const teacher = run(optionsFor())
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
    return run(optionsFor(undefined, { method, epochs: 2 })).model.state().parameters
  })
  expect(parameters[0]).toEqual(parameters[1])
})
