import { createRng, NO_ITEM, rowOf } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { randomSplit } from '@recdistill/testkit'
import { describe, expect, test } from 'vitest'
import cdae from './cdae.ts'
import { reconstructionRows } from './reconstruction-rows.ts'
import { someOfRows } from './rows-of-users.ts'

const engine = createEngine({ threads: 2 })

const create = (split: ReturnType<typeof randomSplit>, params: Record<string, unknown> = {}, dim = 3) =>
  cdae.create(
    { split, dim, optimizer: { lr: 0.01, weightDecay: 0 }, rng: createRng(4), engine, trainable: true },
    cdae.params.parse(params),
  )

const batch = (users: number[], seed = 0) => ({
  users: Uint32Array.from(users),
  positives: new Uint32Array(0),
  negatives: new Uint32Array(0),
  negativesPerRow: 0,
  rng: createRng(seed),
})

test.each(['sigmoid', 'relu'])('a score is the second layer over %s of the first', (activation) => {
  const split = randomSplit({ users: 6, items: 15, seed: 2 })
  const model = create(split, { activation })
  const { users, input, 'input bias': bias, output } = model.state().parameters
  const act = (x: number) => (activation === 'relu' ? Math.max(x, 0) : 1 / (1 + Math.exp(-x)))
  for (const user of [0, 4]) {
    const hidden = [0, 1, 2].map((d) =>
      act(
        [...rowOf(split.train, user)].reduce(
          (sum, i) => sum + input[i * 3 + d],
          users[user * 3 + d] + bias[d],
        ),
      ),
    )
    const expected = [3, 0].map((item) =>
      hidden.reduce((sum, h, d) => sum + h * output[item * 4 + d], output[item * 4 + 3]),
    )
    expect(model.scoresOf(Uint32Array.of(user), Uint32Array.of(3, 0), 2)).toBeNear(expected, { rel: 1e-5 })
    expect(model.rowsOf('users', Uint32Array.of(user))).toBeNear([...hidden, 1], { rel: 1e-5 })
  }
})

test('its own loss is the cross-entropy over what each user is asked, scores without dropout when there is none', () => {
  const split = randomSplit({ users: 9, items: 40, seed: 5 })
  const model = create(split, { dropout: 0 })
  const users = Uint32Array.of(1, 4, 7)
  const rng = createRng(0)
  const rows = reconstructionRows(split.train, users, { numItems: 40, unseen: 5, rng })
  const scores = model.scoresOf(
    rows.users.map((place) => users[place]),
    rows.items,
    rows.k,
  )
  const expected = [...scores].reduce((sum, score, n) => {
    const target = rows.targets[n]
    return Number.isNaN(target) ? sum : sum + Math.log(1 + Math.exp(score)) - target * score
  }, 0)
  expect(model.base(batch([1, 4, 7]))).toBeNear(expected, { rel: 1e-5 })
})

describe('what a user is asked', () => {
  const split = randomSplit({ users: 12, items: 60, seed: 3, minPerUser: 1, maxPerUser: 30 })
  const asked = (users: number[], seed = 1) => {
    const rows = reconstructionRows(split.train, Uint32Array.from(users), {
      numItems: 60,
      unseen: 5,
      rng: createRng(seed),
    })
    return users.map((_, place) => {
      const entries = [...rows.items.keys()].filter((n) => rows.users[Math.floor(n / rows.k)] === place)
      const real = entries.filter((n) => rows.items[n] !== NO_ITEM)
      expect(entries.every((n) => Number.isNaN(rows.targets[n]) === (rows.items[n] === NO_ITEM))).toBe(true)
      const of = (target: number) => real.filter((n) => rows.targets[n] === target).map((n) => rows.items[n])
      return { seen: of(1), drawn: of(0) }
    })
  }

  test('is all it has seen and distinct unseen items, at most five times as many', () => {
    const users = [...Array(12).keys()]
    asked(users).forEach(({ seen, drawn }, user) => {
      expect(seen).toEqual([...rowOf(split.train, user)])
      expect(new Set([...seen, ...drawn]).size).toBe(seen.length + drawn.length)
      expect(drawn.length).toBeLessThanOrEqual(5 * seen.length)
      expect(drawn.length).toBeGreaterThan(0)
    })
  })

  test('does not depend on who else is asked, but on the step', () => {
    expect(asked([7])[0]).toEqual(asked([2, 7, 9])[1])
    expect(asked([7], 2)[0].drawn).not.toEqual(asked([7])[0].drawn)
  })

  test('loses repeated draws as often as chance says', () => {
    // of n draws among m unseen items m (1 - (1 - 1/m)^n) are distinct on average
    const all = Array.from({ length: 400 }, (_, seed) => asked([5], seed)[0])
    const unseen = 60 - all[0].seen.length
    const expected = unseen * (1 - (1 - 1 / unseen) ** (5 * all[0].seen.length))
    const mean = all.reduce((sum, { drawn }) => sum + drawn.length, 0) / all.length
    expect(mean).toBeNear(expected, { rel: 0.02 })
  })

  test('of a user who has seen everything is that alone', () => {
    const train = { offsets: Uint32Array.of(0, 3), items: Uint32Array.of(0, 1, 2) }
    const rows = reconstructionRows(train, Uint32Array.of(0), {
      numItems: 3,
      unseen: 5,
      rng: createRng(1),
    })
    expect([...rows.items.filter((item) => item !== NO_ITEM)]).toEqual([0, 1, 2])
  })
})

test('dropout leaves out its share of the input, by draws of each user', () => {
  const split = randomSplit({ users: 300, items: 200, seed: 3, minPerUser: 20, maxPerUser: 40 })
  const everyone = Uint32Array.from({ length: 300 }, (_, user) => user)
  const all = someOfRows(split.train, everyone, 0.3, createRng(1))
  expect(all.items.length / split.train.items.length).toBeNear(0.7, { rel: 0.03 })
  const one = someOfRows(split.train, Uint32Array.of(250), 0.3, createRng(1))
  expect([...one.items]).toEqual([...rowOf(all, 250)])
  expect(someOfRows(split.train, everyone, 0, createRng(1))).toEqual(split.train)
})

test('dropout changes the loss from step to step, and never a score', () => {
  const split = randomSplit({ users: 20, items: 40, seed: 5, minPerUser: 5 })
  const model = create(split)
  const losses = [0, 1, 0].map((seed) => model.base(batch([1, 2, 3, 4], seed)))
  expect(losses[0]).toBe(losses[2])
  expect(losses[0]).not.toBe(losses[1])
  const scores = () => [...model.scoresOf(Uint32Array.of(2), Uint32Array.of(1, 2), 2)]
  expect(scores()).toEqual(scores())
})

test('more users than fit into a block are ranked, placed and pulled as they are alone', () => {
  const split = randomSplit({ users: 2100, items: 30, seed: 8 })
  const model = create(split)
  const everyone = Uint32Array.from({ length: 2100 }, (_, n) => 2099 - n)
  const all = model.rank(everyone, 5, split.train)
  const items = Uint32Array.from(everyone, (user) => user % 30)
  const positions = model.positionsOf(everyone, items, 1, split.train)
  for (const n of [0, 1023, 1024, 2050]) {
    const alone = model.rank(everyone.subarray(n, n + 1), 5, split.train)
    expect([...all.items.subarray(n * 5, n * 5 + 5)]).toEqual([...alone.items])
    const place = model.positionsOf(everyone.subarray(n, n + 1), items.subarray(n, n + 1), 1, split.train)
    expect(positions[n]).toBe(place[0])
  }
  const grad = Float32Array.from(everyone, (_, n) => (n === 1500 ? 1 : 0))
  const start = Object.fromEntries(
    Object.entries(model.state().parameters).map(([name, values]) => [name, values.slice()]),
  )
  const stepped = (pull: () => void) => {
    model.restore({ parameters: start })
    pull()
    model.update()
    return model.state().optimizer['users.m'].slice()
  }
  const among = stepped(() => model.pullScores(everyone, items, 1, grad))
  const alone = stepped(() =>
    model.pullScores(everyone.subarray(1500, 1501), items.subarray(1500, 1501), 1, Float32Array.of(1)),
  )
  expect(among).toEqual(alone)
  expect(among.some((m) => m !== 0)).toBe(true)
})
