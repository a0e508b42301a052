import { createRng, groupByUser, rowOf, type Split } from '@recdistill/core'
import { createEngine, type Engine } from '@recdistill/engine'
import { randomSplit } from '@recdistill/testkit'
import { expect, test } from 'vitest'
import { interactionGraph } from './interaction-graph.ts'
import lightgcn from './lightgcn.ts'

const engine = createEngine({ threads: 2 })

const create = (split: Split, params: Record<string, unknown> = {}, trainable = true, on = engine) =>
  lightgcn.create(
    { split, dim: 2, optimizer: { lr: 0.01, weightDecay: 0 }, rng: createRng(4), engine: on, trainable },
    lightgcn.params.parse(params),
  )

/** Spec TV-18: 2 users, 3 items. */
const small = {
  ...randomSplit({ users: 2, items: 3, seed: 1 }),
  numUsers: 2,
  numItems: 3,
  train: groupByUser(2, Uint32Array.of(0, 0, 1, 1), Uint32Array.of(0, 1, 1, 2)),
}
const initial = {
  users: Float32Array.of(0.3, -0.7, 1.1, 0.4),
  items: Float32Array.of(-0.5, 0.9, 0.8, -0.2, -1.3, 0.6),
}

test.each([true, false])('propagated rows and scores of two layers, trainable %s (TV-18)', (trainable) => {
  const model = create(small, { layers: 2 }, trainable)
  model.restore({ parameters: initial })
  model.begin()
  const users = Uint32Array.of(0, 1)
  const items = Uint32Array.of(0, 1, 2)
  expect(model.rowsOf('users', users)).toBeNear([0.28214887, -0.1962013, 0.49358706, 0.28308802], {
    rel: 1e-6,
  })
  expect(model.rowsOf('items', items)).toBeNear(
    [-0.085008418, 0.26143819, 0.4212013, 0.026776695, -0.29644661, 0.37071068],
    { rel: 1e-6 },
  )
  expect(model.scoresOf(users, Uint32Array.of(0, 1, 2, 0, 1, 2), 3)).toBeNear(
    [-0.075279542, 0.11358785, -0.15637599, 0.032050966, 0.21547967, -0.041378458],
    { rel: 1e-6 },
  )
})

test('the graph is symmetric, without self loops, weighted by both degrees; lone nodes have no entry', () => {
  const split = randomSplit({ users: 12, items: 25, seed: 6 })
  const graph = interactionGraph(split)
  const degree = (node: number) => graph.offsets[node + 1] - graph.offsets[node]
  const entries = new Map<string, number>()
  for (let row = 0; row < graph.rows; row++)
    for (let e = graph.offsets[row]; e < graph.offsets[row + 1]; e++)
      entries.set(`${row} ${graph.indices[e]}`, graph.values[e])
  expect(entries.size).toBe(2 * split.train.items.length)
  for (let user = 0; user < 12; user++)
    for (const item of rowOf(split.train, user)) {
      const weight = 1 / Math.sqrt(degree(user) * degree(12 + item))
      expect([entries.get(`${user} ${12 + item}`), entries.get(`${12 + item} ${user}`)]).toBeNear(
        [weight, weight],
        { rel: 1e-6 },
      )
    }
})

test('initial values have the asked deviation', () => {
  const split = randomSplit({ users: 60, items: 80, seed: 2 })
  const { users, items } = create(split).state().parameters
  const all = [...users, ...items]
  expect(Math.sqrt(all.reduce((sum, x) => sum + x * x, 0) / all.length)).toBeNear(0.1, { rel: 0.15 })
})

test('a graph is walked once a step and back, and once in all for a teacher', () => {
  let walks = 0
  const counting: Engine = {
    ...engine,
    meanOfLayers(...given) {
      const means = engine.meanOfLayers(...given)
      const counted = (walk: () => void) => () => {
        walks++
        walk()
      }
      return { ...means, refresh: counted(means.refresh), pullBack: counted(means.pullBack) }
    },
  }
  const student = create(small, { layers: 3 }, true, counting)
  student.begin()
  student.begin()
  student.pullScores(Uint32Array.of(0), Uint32Array.of(1), 1, Float32Array.of(1))
  student.update()
  expect(walks).toBe(2)

  walks = 0
  const teacher = create(small, { layers: 3 }, false, counting)
  teacher.restore({ parameters: initial })
  for (let n = 0; n < 3; n++) {
    teacher.begin()
    teacher.rank(Uint32Array.of(0, 1), 2, null)
  }
  expect(walks).toBe(1)
})
