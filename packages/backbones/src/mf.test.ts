import { createRng, NO_ITEM, rowOf, type Csr } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import type { Backbone, Model } from '@recdistill/plugin'
import { prepareTensors } from '@recdistill/tensor'
import { randomSplit } from '@recdistill/testkit'
import { beforeAll, describe, expect, test } from 'vitest'
import { fromEmbeddings, loadBackbone } from './index.ts'

beforeAll(() => prepareTensors())

const engine = createEngine({ threads: 1 })
const split = randomSplit({ users: 20, items: 30, seed: 2 })
const create = (params: Record<string, unknown>) => {
  const definition = loadBackbone('mf')
  const optimizer = { lr: 0.01, weightDecay: 1e-3 }
  const context = { split, dim: 5, optimizer, rng: createRng(4), engine, trainable: true }
  return definition.create(context, definition.params.parse(params))
}

test('initial values have the asked deviation and depend on seed and row alone', () => {
  const { users, items } = create({ init: 0.5 }).state().parameters
  const all = [...users, ...items]
  const deviation = Math.sqrt(all.reduce((sum, x) => sum + x * x, 0) / all.length)
  expect(deviation).toBeNear(0.5, { rel: 0.15 })
  expect([...create({ init: 0.5 }).state().parameters.items]).toEqual([...items])
})

describe('with item biases', () => {
  const users = Uint32Array.of(0, 3)
  const items = Uint32Array.of(1, 2, NO_ITEM, 7, 8, 1)
  const stepped = () => {
    const model = create({ init: 0.3, biases: true })
    model.begin()
    model.base({
      users: Uint32Array.of(0, 1, 3),
      positives: Uint32Array.of(1, 2, 7),
      negatives: Uint32Array.of(5, 6, 9, 8, 2, 4),
      negativesPerRow: 2,
      rng: createRng(0),
    })
    model.update()
    return model
  }

  test('the score is the dot product plus the bias, and padding scores 0', () => {
    const model = stepped()
    const { users: e, items: f, biases } = model.state().parameters
    const expected = [...items].map((item, n) => {
      if (item === NO_ITEM) return 0
      const user = users[Math.floor(n / 3)]
      return [0, 1, 2, 3, 4].reduce((sum, d) => sum + e[user * 5 + d] * f[item * 5 + d], biases[item])
    })
    expect(model.scoresOf(users, items, 3)).toBeNear(expected, { abs: 1e-6 })
    expect(biases.some((bias) => bias !== 0)).toBe(true)
  })

  test('the ranking is by the biased scores, and follows an update', () => {
    const model = stepped()
    for (let round = 0; round < 2; round++) {
      const everything = Uint32Array.from({ length: 30 }, (_, item) => item)
      const scores = model.scoresOf(Uint32Array.of(3), everything, 30)
      const expected = [...everything].sort((a, b) => scores[b] - scores[a] || a - b)
      expect([...model.rank(Uint32Array.of(3), 30, null).items]).toEqual(expected)
      const positions = model.positionsOf(Uint32Array.of(3), everything, 30, null)
      expect([...everything].map((item) => expected.indexOf(item))).toEqual([...positions])
      model.pullScores(Uint32Array.of(3), Uint32Array.of(0, 29), 2, Float32Array.of(-1, 1))
      model.update()
    }
  })

  test('the gradient of its own objective agrees with finite differences', () => {
    const batch = {
      users: Uint32Array.of(0, 1),
      positives: Uint32Array.of(1, 2),
      negatives: Uint32Array.of(5, 6, 1, 8),
      negativesPerRow: 2,
      rng: createRng(0),
    }
    const model = create({ init: 0.5, biases: true })
    const start = structuredClone(model.state().parameters)
    const lossAt = (values: Float32Array) => {
      model.restore({ parameters: { ...start, biases: values } })
      const loss = model.base(batch)
      model.restore({ parameters: start })
      return loss
    }
    const moved = Float32Array.from(start.biases, (_, n) => (n % 3) * 0.1)
    for (const item of [1, 2, 5, 8]) {
      const at = (h: number) => lossAt(moved.map((value, n) => (n === item ? value + h : value)))
      const slope = (at(0.05) - at(-0.05)) / 0.1
      // Adam's first step is lr * sign(gradient): direction is what can be seen from outside
      model.restore({ parameters: { ...start, biases: moved } })
      model.base(batch)
      model.update()
      const step = model.state().parameters.biases[item] - moved[item]
      expect(Math.sign(step)).toBe(-Math.sign(slope))
    }
  })
})

describe.each([{ biases: false }, { biases: true }])('flipped, with %o', (params) => {
  const [items, users] = [Uint32Array.of(1, 7, 9), Uint32Array.of(0, 3, NO_ITEM, 5, 3, 11)]
  const ask = (flipped: Model, k: number) => [...flipped.scoresOf(items, users, k)]
  const model = () => {
    const made = create({ init: 0.5, ...params })
    const { parameters } = made.state()
    made.restore({
      parameters: { ...parameters, biases: Float32Array.from({ length: 30 }, (_, n) => n % 4) },
    })
    made.begin()
    return made
  }

  test('users are scored and ranked for an item, by the same numbers', () => {
    const made = model()
    const flipped = made.flipped?.() as Backbone
    expect([flipped.numUsers, flipped.numItems]).toEqual([30, 20])
    const pairs = [...users].map((user, n) => [user, items[Math.floor(n / 2)]])
    const expected = pairs.map(([user, item]) =>
      user === NO_ITEM ? 0 : made.scoresOf(Uint32Array.of(user), Uint32Array.of(item), 1)[0],
    )
    expect(ask(flipped, 2)).toBeNear(expected, { rel: 1e-6 })
    const everyone = Uint32Array.from({ length: 20 }, (_, user) => user)
    const scores = flipped.scoresOf(Uint32Array.of(7), everyone, 20).slice()
    const order = [...everyone].sort((a, b) => scores[b] - scores[a] || a - b)
    expect([...flipped.rank(Uint32Array.of(7), 20, null).items]).toEqual(order)
    expect(flipped.flipped?.()).toBe(made)
  })

  test('a gradient of its scores is the gradient of the same scores the other way round', () => {
    const grad = Float32Array.of(1, -2, 3, 4, 5, -6)
    const stepped = (pull: (made: Backbone) => void) => {
      const made = model()
      pull(made)
      made.update()
      return Object.values(made.state().optimizer).flatMap((values) => [...values])
    }
    const there = stepped((made) => {
      const real = [0, 1, 3, 4, 5]
      const of = (values: ArrayLike<number>, at: (n: number) => number) => real.map((n) => values[at(n)])
      made.pullScores(
        Uint32Array.from(of(users, (n) => n)),
        Uint32Array.from(of(items, (n) => n >> 1)),
        1,
        Float32Array.from(of(grad, (n) => n)),
      )
    })
    const back = stepped((made) => made.flipped?.().pullScores(items, users, 2, grad))
    expect(back).toBeNear(there, { rel: 1e-5, abs: 1e-7 })
    expect(there.some((m) => m !== 0)).toBe(true)
  })

  test('its own objective and its end are left to the model', () => {
    const made = model()
    const flipped = made.flipped?.() as Backbone
    flipped.dispose()
    expect(made.scoresOf(Uint32Array.of(0), Uint32Array.of(1), 1)[0]).not.toBe(0)
    const batch = { users, positives: users, negatives: users, negativesPerRow: 1, rng: createRng(0) }
    expect(() => flipped.base(batch)).toThrow(RangeError)
  })
})

test('a background is everything but what is listed and excluded, in value and gradient', () => {
  const users = Uint32Array.of(0, 3)
  const items = Uint32Array.of(1, 2, NO_ITEM, 7, 8, 1)
  const grad = Float32Array.of(2, -3)
  const model = () => create({ init: 0.5 })
  const left = (user: number, n: number) =>
    Uint32Array.from({ length: 30 }, (_, item) => item).filter(
      (item) => !rowOf(split.train, user).includes(item) && !items.subarray(n * 3, n * 3 + 3).includes(item),
    )
  const made = model()
  const background = made.backgroundOf?.(users, items, 3, split.train, null) as Float32Array
  made.pullBackground?.(users, items, 3, split.train, null, grad, background)
  const plain = model()
  const expected = [...users].map((user, n) => {
    const rest = left(user, n)
    const scores = plain.scoresOf(Uint32Array.of(user), rest, rest.length).slice()
    const sum = scores.reduce((total, score) => total + Math.exp(score), 0)
    const shares = scores.map((score) => (grad[n] * Math.exp(score)) / sum)
    plain.pullScores(Uint32Array.of(user), rest, rest.length, shares)
    return Math.log(sum)
  })
  expect(background).toBeNear(expected, { rel: 1e-5 })
  for (const one of [made, plain]) one.update()
  expect(made.state().optimizer['users.m']).toBeNear(plain.state().optimizer['users.m'], {
    rel: 1e-4,
    abs: 1e-6,
  })
  expect(made.state().optimizer['items.m']).toBeNear(plain.state().optimizer['items.m'], {
    rel: 1e-4,
    abs: 1e-6,
  })
  expect(create({ biases: true }).backgroundOf).toBeUndefined()
})

test('a teacher from vectors made elsewhere ranks by their dot products', () => {
  const teacher = fromEmbeddings(engine, {
    users: Float32Array.of(1, 0, 0, 1),
    items: Float32Array.of(1, 2, 3, 1, 2, 9),
    dim: 2,
  })
  const nothing: Csr = { offsets: new Uint32Array(3), items: new Uint32Array(0) }
  expect([...teacher.rank(Uint32Array.of(0, 1), 3, nothing).items]).toEqual([1, 2, 0, 2, 0, 1])
  expect(() =>
    fromEmbeddings(engine, { users: new Float32Array(3), items: new Float32Array(4), dim: 2 }),
  ).toThrow('users holds 3 numbers')
  expect(() =>
    fromEmbeddings(engine, { users: Float32Array.of(1, NaN), items: new Float32Array(4), dim: 2 }),
  ).toThrow('users row 0 is not finite')
})

test('an unknown backbone names the nearest', () => {
  expect(() => loadBackbone('mg')).toThrow('unknown backbone "mg"')
})
