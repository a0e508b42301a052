import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadBackbone } from '@recdistill/backbones'
import { defineMethod, itemSide, NO_ITEM, type AnyMethod } from '@recdistill/plugin'
import { countTensors, prepareTensors, tf } from '@recdistill/tensor'
import { randomSplit } from '@recdistill/testkit'
import { beforeAll, describe, expect, test } from 'vitest'
import { drawing, lowering, mutual, none, projecting } from '../test/declared-methods.ts'
import { engine, folder, mf, optionsFor, run } from '../test/training-scene.ts'
import { loadModel, type TrainOptions } from './index.ts'

beforeAll(() => prepareTensors())

const split = randomSplit({ users: 60, items: 40, seed: 3 })
const params = { init: 0.1, biases: false }
const small = (change: Partial<TrainOptions> = {}) =>
  optionsFor(split, { backbone: { definition: mf, dim: 4, params }, epochs: 5, ...change })
const teacherBackbone = { definition: mf, dim: 7, params }
const teacher = run(small({ backbone: teacherBackbone, epochs: 20 })).model
const early = run(small({ backbone: teacherBackbone, epochs: 3 })).model

function distilling(definition: AnyMethod, change: Partial<TrainOptions> = {}): TrainOptions {
  const learning = { backbone: teacherBackbone, lr: 0.01, weightDecay: 0, start: teacher.state().parameters }
  return small({
    method: {
      definition,
      params: {},
      lambda: 0.5,
      teacher,
      ...(definition.teacherLoss && { learningTeacher: learning }),
      ...(definition.trajectory && { trajectories: [[early, teacher]] }),
    },
    ...change,
  })
}

describe.each([projecting, drawing, mutual, lowering] as AnyMethod[])('$name', (definition) => {
  test('its loss falls, and no tensor is left behind', () => {
    run(distilling(definition, { epochs: 1 })) // what is registered once
    const before = countTensors()
    const { curve } = run(distilling(definition, { epochs: 8 }))
    expect(countTensors()).toBe(before)
    expect(curve[7].loss.kd).toBeLessThan(curve[0].loss.kd as number)
  })

  test('stopped at any step and resumed, it ends with the same bytes', () => {
    const whole = folder()
    run(distilling(definition, { checkpoint: { folder: whole, everySeconds: 1000 } }))
    for (const stopAt of [1, 9, 26, 40]) {
      const at = { folder: folder(), everySeconds: 1000 }
      let steps = 0
      const signal = {
        get stop() {
          return ++steps > stopAt
        },
      }
      expect(run(distilling(definition, { checkpoint: at, signal })).stopped).toBe('signal')
      run(distilling(definition, { checkpoint: at }))
      for (const name of ['last.ckpt', 'best.ckpt', ...(definition.teacherLoss ? ['best-teacher.ckpt'] : [])])
        expect(
          readFileSync(join(at.folder, name)).equals(readFileSync(join(whole, name))),
          `${name} after ${stopAt} steps`,
        ).toBe(true)
    }
  })
})

test('a teacher that learns changes, is measured, and is returned at its own best epoch', () => {
  const outcome = run(distilling(mutual))
  expect(outcome.teacher?.model.state().parameters).not.toEqual(teacher.state().parameters)
  expect(outcome.curve[0].teacher?.valid).toBeDefined()
  expect(outcome.curve[outcome.teacher?.bestEpoch ?? -1].teacher?.best).toBe(true)
})

test('a method whose parameters choose what its loss runs over may draw lists of pairs', () => {
  const choosing = { ...drawing, over: () => 'pairs' } as unknown as AnyMethod
  const chosen = run(distilling(choosing)).curve.map(({ loss }) => loss)
  expect(chosen).toEqual(run(distilling(drawing as AnyMethod)).curve.map(({ loss }) => loss))
})

test('a run can start from given parameters', () => {
  const start = run(small({ epochs: 3 })).model.state().parameters
  const first = run(small({ epochs: 1, start })).curve[0].loss.base
  expect(first).toBeLessThan(run(small({ epochs: 1 })).curve[0].loss.base)
})

test('a method that needs what is not there says so', () => {
  const method = { definition: lowering, params: {}, lambda: 1, teacher }
  expect(() => run(small({ method }))).toThrow('lowering: it needs 2 snapshots of every teacher')
  expect(() => run(small({ method: { ...method, definition: mutual } }))).toThrow(
    'mutual: it trains the teacher too',
  )
  const perPair = defineMethod({
    ...none,
    name: 'wrong',
    over: 'users',
    lists: () => ({ p: { pair: 'positive' } }),
    loss: ({ student }) => tf.sum(student.scores.p),
  })
  expect(() => run(small({ method: { ...method, definition: perPair } }))).toThrow(
    'the loss must run over pairs',
  )
})

test('a draw for a batch cannot ask a model', () => {
  const asking = defineMethod({
    ...none,
    name: 'asking',
    over: 'users',
    lists: () => ({
      a: { size: 1, refresh: 'batch', draw: (row, out) => out.fill(row.student.top(1)[0] ?? NO_ITEM) },
    }),
    loss: ({ student }) => tf.sum(student.scores.a),
  })
  expect(() => run(distilling(asking))).toThrow('asks no model')
})

test('a model that is trained at once is fitted, measured and kept in one epoch, and cannot be a student', () => {
  const popularity = { definition: loadBackbone('popularity'), dim: 1, params: {} }
  const at = folder()
  const options = small({ backbone: popularity, checkpoint: { folder: at, everySeconds: 1000 } })
  const outcome = run(options)
  expect([outcome.stopped, outcome.curve.length, outcome.curve[0].loss.base]).toEqual(['epochs', 1, 0])
  expect(outcome.curve[0].valid?.['ndcg@10']).toBeGreaterThan(0)
  expect(run(options).curve.length).toBe(1)
  const checkpoint = join(at, 'best.ckpt')
  const loaded = loadModel({ checkpoint, split, engine, definitions: [popularity.definition] })
  const users = Uint32Array.of(0, 1)
  expect(loaded.rank(users, 5, null).items).toEqual(outcome.model.rank(users, 5, null).items)
  const method = { definition: projecting as AnyMethod, params: {}, lambda: 1, teacher }
  expect(() => run(small({ backbone: popularity, method }))).toThrow(
    'projecting: the student popularity takes no steps of training',
  )
})

test('an item side over listed items looks at drawn lists alone', () => {
  const seenBy: number[] = []
  const mixed = defineMethod({
    ...none,
    name: 'mixed',
    over: 'pairs',
    lists: () => ({
      positive: { pair: 'positive' },
      top: { size: 2, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(2)) },
    }),
    loss: ({ student }) => tf.sum(tf.softplus(tf.sub(student.scores.top, student.scores.positive))),
    itemSide: () =>
      itemSide({
        weight: 1,
        over: 'listed',
        lists: () => ({
          fans: { size: 1, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(1)) },
        }),
        loss({ student }) {
          seenBy.push(student.scores.fans.shape[0])
          return tf.sum(tf.square(student.scores.fans))
        },
      }),
  })
  run(distilling(mixed, { epochs: 1 }))
  expect(Math.max(...seenBy)).toBeLessThanOrEqual(40)
  expect(Math.min(...seenBy)).toBeGreaterThan(0)
})

test('a list that asks about itself while it is drawn gets answers about each user', () => {
  const answers = new Map<number, number[]>()
  const sorting = defineMethod({
    ...none,
    name: 'sorting',
    over: 'users',
    lists: () => ({
      own: {
        size: 2,
        refresh: 'once',
        draw(row, out) {
          out.set([row.user % row.numItems, (row.user + 7) % row.numItems])
          answers.set(row.user, [...row.teacher.scoresOf(out)])
        },
      },
    }),
    loss: ({ student }) => tf.sum(student.scores.own),
  })
  run(distilling(sorting, { epochs: 1 }))
  for (const [user, scores] of answers)
    expect(scores).toEqual([
      ...teacher.scoresOf(Uint32Array.of(user), Uint32Array.of(user % 40, (user + 7) % 40), 2),
    ])
})

test('where a term cannot be made, what it had taken of the engine is given back', () => {
  const taken = new Set<unknown>()
  let most = 0
  const counting = {
    ...engine,
    makeIds: (length: number) => note(engine.makeIds(length)),
    makeFloats: (length: number) => note(engine.makeFloats(length)),
    release: (array: Float32Array | Uint32Array) => (taken.delete(array), engine.release(array)),
  }
  function note<T>(array: T): T {
    most = Math.max(most, taken.add(array).size)
    return array
  }
  const wrong = defineMethod({
    ...none,
    name: 'wrong',
    over: 'users',
    lists: () => ({
      top: { size: 2, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(2)) },
      positive: { pair: 'positive' },
    }),
    loss: ({ student }) => tf.sum(student.scores.top),
  })
  expect(() => run(distilling(wrong, { engine: counting }))).toThrow('list "positive"')
  expect([most, taken.size]).toEqual([1, 0])
})

test('a run does not go on from another start, or keep other snapshots, than it was begun with', () => {
  const start = run(small({ epochs: 2, seed: 4 })).model.state().parameters
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  run(small({ epochs: 1, checkpoint }))
  expect(() => run(small({ epochs: 1, checkpoint, start }))).toThrow('start was null, now')
  expect(() => run(small({ epochs: 1, checkpoint, snapshotEvery: 1 }))).toThrow(
    'snapshotEvery was null, now 1',
  )
})

test('nor from other settings of a teacher that learns', () => {
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const { method, ...options } = distilling(mutual, { epochs: 1, checkpoint })
  run({ ...options, method })
  const learning = method?.learningTeacher
  const other = { ...teacherBackbone, params: { ...params, init: 0.2 } }
  const changed = method && learning && { ...method, learningTeacher: { ...learning, backbone: other } }
  expect(() => run({ ...options, method: changed ?? null })).toThrow('teacherBackbone was')
})

test('the mean of a loss over rows pulls as its sum at that share of lambda', () => {
  const counts: number[] = []
  const pulling = (reduce: 'sum' | 'mean') =>
    defineMethod({
      ...none,
      name: 'pulling',
      over: 'users',
      reduce: () => reduce,
      lists: () => ({ top: { size: 3, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(3)) } }),
      base: () => false,
      loss({ student, teacher }) {
        counts.push(student.scores.top.shape[0])
        return tf.sum(tf.squaredDifference(student.scores.top, teacher.scores.top))
      },
    })
  const after = (reduce: 'sum' | 'mean', lambda: number) => {
    const { method, ...options } = distilling(pulling(reduce), { epochs: 1 })
    const optimizer = { ...options.optimizer, batch: 10_000, weightDecay: 0 }
    const all = { ...options, optimizer, method: method && { ...method, lambda } }
    return run(all).model.state().parameters
  }
  const mean = after('mean', 1e-6)
  expect(mean).toEqual(after('sum', 1e-6 / counts[0]))
  expect(mean).not.toEqual(after('sum', 1e-6))
})
