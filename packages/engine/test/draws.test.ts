import { expect, test } from 'vitest'
import { createEngine, type Draws, type DrawnUsers } from '../src/index.ts'

const engine = createEngine({ threads: 1 })
const draws = engine.draws as Draws
const width = 3

/** Candidates of five users from user 10 on: user u has 10 u, 10 u + 1 and 10 u + 2. */
function scene(ids?: readonly number[]) {
  const items = engine.makeIds(5 * width)
  for (let n = 0; n < items.length; n++) items[n] = 10 * (10 + Math.floor(n / width)) + (n % width)
  const users: DrawnUsers = {
    first: 10,
    count: 5,
    key: [1, 2],
    ...(ids ? { ids: Uint32Array.from(ids) } : {}),
  }
  const out = engine.makeIds(5 * 2).fill(7)
  return { users, from: { items, width }, out }
}

test('users that are named are drawn for in any order, and rows of the others stay as they are', () => {
  const { users, from, out } = scene([14, 11])
  expect([...draws.first(users, from, out, 2)]).toEqual([])
  expect([...out]).toEqual([7, 7, 110, 111, 7, 7, 7, 7, 140, 141])
})

test('a user beyond those whose rows are given is refused', () => {
  for (const id of [9, 15]) {
    const { users, from, out } = scene([12, id])
    expect(() => draws.first(users, from, out, 2)).toThrow(
      `drawFirst: user ${id} is not among the 5 users from 10 on`,
    )
    expect([...out].every((item) => item === 7)).toBe(true)
  }
})

test('arrays that are no memory of the engine leave all users that are named to the programs', () => {
  const { users, from } = scene([13, 10])
  expect([...draws.first(users, from, new Uint32Array(10), 2)]).toEqual([13, 10])
})

test('lists in the order of scores: equal scores by item, padding last; a score that is no number is left to the program', () => {
  const list = { items: engine.makeIds(3 * 4), width: 4 }
  list.items.set([5, 3, 9, 0xffffffff, 8, 2, 4, 6, 1, 2, 3, 4])
  const scores = engine.makeFloats(12)
  scores.set([1, 1, 2, 50, -1, -0, 0, Infinity, 1, NaN, 1, 1])
  const out = engine.makeIds(12)
  expect([...draws.inOrder({ first: 0, count: 3, key: [0, 0] }, list, scores, out)]).toEqual([2])
  expect([...out.subarray(0, 8)]).toEqual([9, 3, 5, 0xffffffff, 6, 2, 4, 8])
})

test('users from the middle on are drawn for as they are among all', () => {
  const [numUsers, numItems, size] = [9, 100, 4]
  const items = Uint32Array.from({ length: numUsers * 3 }, (_, n) => 10 * (n % 3) + Math.floor(n / 3))
  const offsets = Uint32Array.from({ length: numUsers + 1 }, (_, user) => 3 * user)
  const open = { numItems, seen: { offsets, items } }
  const listed = engine.makeIds(numUsers).map((_, user) => 50 + user)
  const draw = (from: number, to: number) => {
    const users: DrawnUsers = { first: from, count: to - from, key: [3, 4] }
    const [unseen, except, best] = [1, 2, 3].map(() => engine.makeIds((to - from) * size))
    const left = [
      draws.unseen(users, open, unseen, size),
      draws.except(users, open, { items: listed.subarray(from, to), width: 1 }, 1, except, size),
      draws.bestOfTwo(users, open, 50, { T: 0.3, distinct: true }, best, size),
    ]
    expect(left.map((some) => [...some])).toEqual([[], [], []])
    return [unseen, except, best].map((out) => [...out])
  }
  const all = draw(0, numUsers)
  const pieces = [draw(0, 2), draw(2, 7), draw(7, numUsers)]
  expect(all).toEqual([0, 1, 2].map((kind) => pieces.flatMap((piece) => piece[kind])))
})
