import { NO_ITEM, type Csr } from '@recdistill/core'
import { createEngine, type Engine } from '@recdistill/engine'
import { randomSplit } from '@recdistill/testkit'
import { prepareTensors } from '@recdistill/tensor'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { encodedUsers, type EncodedUsers } from './encoded-users.ts'
import { stepEncoders } from './step-encoders.ts'
import { userBlocks } from './user-blocks.ts'

const [numUsers, numItems, dim] = [1500, 9, 3] // more users than are encoded together
const { train } = randomSplit({ users: numUsers, items: numItems, seed: 3, maxPerUser: 4 })
const vectorOf = (user: number) => [Math.sin(user), Math.cos(user), 1]
const table = Float32Array.from({ length: numItems * dim }, (_, n) => Math.sin(7 * n))

let engine: Engine
let views: EncodedUsers
/** Users that were encoded, in order, and what came back for each. */
let encoded: number[] = []
let pulled = new Map<number, number[]>()

beforeAll(async () => {
  await prepareTensors()
  engine = createEngine({ threads: 1 })
  const item = engine.table('items', numItems, dim, { trainable: true })
  engine.write(item, table)
  const encoder = {
    encode(users: Uint32Array, out: Float32Array) {
      encoded.push(...users)
      users.forEach((user, n) => out.set(vectorOf(user), n * dim))
    },
    pull(users: Uint32Array, grad: Float32Array) {
      users.forEach((user, n) => pulled.set(user, [...grad.subarray(n * dim, (n + 1) * dim)]))
    },
  }
  views = encodedUsers(engine, item, stepEncoders(encoder, null, 'none'), { trainable: true })
})
afterAll(() => {
  views.free()
  engine.dispose()
})
beforeEach(() => {
  encoded = []
  pulled = new Map()
})

/** 3,000 rows: every user twice, one after the other, and user 0 again at the end. */
const rows = Uint32Array.from({ length: 3000 }, (_, row) => (row === 2999 ? 0 : row >> 1))
const items = Uint32Array.from({ length: 2 * rows.length }, (_, n) => (n % 5 === 4 ? NO_ITEM : n % numItems))
const product = (user: number, item: number) =>
  vectorOf(user).reduce((sum, x, d) => sum + x * table[item * dim + d], 0)

test('a user of many rows is encoded once for all of them that stand together', () => {
  const scores = views.scoresOf(rows, items, 2)
  expect(encoded.length).toBe(numUsers + 1) // 0 comes again, in a later block
  const wanted = Float64Array.from(items, (item, n) => (item === NO_ITEM ? 0 : product(rows[n >> 1], item)))
  expect(scores.filter((_, n) => items[n] !== NO_ITEM)).toBeNear(
    wanted.filter((_, n) => items[n] !== NO_ITEM),
    { abs: 1e-6 },
  )
})

test('gradients of all rows of a user come back together', () => {
  const users = rows.subarray(0, 2000)
  const asked = items.subarray(0, 4000)
  const grad = Float32Array.from(asked, (item, n) => (item === NO_ITEM ? 0 : Math.cos(3 * n)))
  views.pullScores(users, asked, 2, grad)
  expect([...pulled.keys()]).toEqual(Array.from({ length: 1000 }, (_, user) => user))
  const wanted = new Float64Array(1000 * dim)
  asked.forEach((item, n) => {
    if (item === NO_ITEM) return
    for (let d = 0; d < dim; d++) wanted[users[n >> 1] * dim + d] += grad[n] * table[item * dim + d]
  })
  expect(Float32Array.from([...pulled.values()].flat())).toBeNear(wanted, { abs: 1e-6 })
})

test('vectors, rankings and positions of a user that repeats are those of the user', () => {
  const users = Uint32Array.of(4, 2, 4, 1400, 2)
  expect(views.rowsOf('users', users)).toBeNear([...users].flatMap(vectorOf), { abs: 1e-6 })
  const once = (user: number, exclude: Csr | null) => views.rank(Uint32Array.of(user), 4, exclude)
  for (const exclude of [null, train]) {
    const { items: ranked, scores } = views.rank(users, 4, exclude)
    users.forEach((user, n) => {
      const alone = once(user, exclude)
      expect(ranked.subarray(n * 4, (n + 1) * 4)).toEqual(alone.items)
      expect(scores.subarray(n * 4, (n + 1) * 4)).toEqual(alone.scores)
    })
    const places = views.positionsOf(users, ranked, 4, exclude)
    users.forEach((user, n) => {
      const list = ranked.slice(n * 4, (n + 1) * 4)
      expect(places.subarray(n * 4, (n + 1) * 4)).toEqual(
        views.positionsOf(Uint32Array.of(user), list, 4, exclude),
      )
    })
  }
})

test('items at positions are those of the ranking, of users beyond one block too', () => {
  const users = rows.subarray(500)
  const positions = Uint32Array.from({ length: 2 * users.length }, (_, n) => (3 * n) % 8)
  for (const exclude of [null, train]) {
    const { items: ranked } = views.rank(users, numItems, exclude)
    const wanted = positions.map((at, n) => ranked[(n >> 1) * numItems + at])
    expect(views.itemsAt(users, positions, 2, exclude)).toEqual(wanted)
  }
})

test('blocks hold every row once, in order, and each of their users once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12), { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (list, most) => {
      const all = Uint32Array.from(list)
      const blocks = [...userBlocks(all, most)]
      expect(blocks.flatMap(({ users, places }) => Array.from(places, (place) => users[place]))).toEqual(list)
      expect(blocks.map(({ from }) => from)).toEqual(
        [0, ...blocks.map(({ to }) => to)].slice(0, blocks.length),
      )
      for (const [n, { users, places, from, to }] of blocks.entries()) {
        expect(places.length).toBe(to - from)
        expect(new Set(users).size).toBe(users.length)
        // full, unless nothing is left
        if (n < blocks.length - 1) expect([users.length, users.includes(all[to])]).toEqual([most, false])
      }
    }),
  )
})
