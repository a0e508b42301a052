import { createRng, groupByUser, sortRows, type Csr, type Ranker } from '@recdistill/core'
import { expect, test } from 'vitest'
import { teacherTraps } from './index.ts'

/** Sixty users with ten interactions each, eight of them to train on, among two hundred items. */
const [numUsers, numItems, met] = [60, 200, 10]
const histories = Array.from({ length: numUsers }, (_, user) => {
  const rng = createRng(3).fork('history').at(user)
  return distinct(met, () => rng.int(numItems))
})
const part = (from: number, to: number): Csr =>
  sortRows(
    groupByUser(
      numUsers,
      Uint32Array.from(histories.flatMap((_, user) => Array<number>(to - from).fill(user))),
      Uint32Array.from(histories.flatMap((row) => row.slice(from, to))),
    ),
  )
const split = { numUsers, numItems, train: part(0, 8), valid: part(8, 9), test: part(9, 10) }

function distinct(count: number, draw: () => number): number[] {
  const out = new Set<number>()
  while (out.size < count) out.add(draw())
  return [...out]
}

/** Ranks what `first` says, then items at random. */
function ranker(first: (user: number) => readonly number[]): Ranker {
  return {
    rank(users, k) {
      const items = new Uint32Array(users.length * k)
      users.forEach((user, n) => {
        const rng = createRng(4).fork('rest').at(user)
        const rest = distinct(numItems, () => rng.int(numItems))
        items.set([...new Set([...first(user), ...rest])].slice(0, k), n * k)
      })
      return { users, k, items, scores: new Float32Array(items.length) }
    },
  }
}

test('a teacher that has met the test part is told by finding it as well as the training part', () => {
  expect(
    teacherTraps(
      ranker((user) => histories[user]),
      split,
    ),
  ).toEqual([
    expect.stringMatching(/\(100 % and 100 % .*trained on the test part too.*recdistill data split/),
  ])
})

test('one that was trained on the training part alone is believed, however well it fits', () => {
  expect(
    teacherTraps(
      ranker((user) => histories[user].slice(0, 8)),
      split,
    ),
  ).toEqual([])
  expect(
    teacherTraps(
      ranker((user) => histories[user].slice(0, 3)),
      split,
    ),
  ).toEqual([])
})

test('one that leaves out what is trained on is believed', () => {
  expect(
    teacherTraps(
      ranker((user) => histories[user].slice(8)),
      split,
    ),
  ).toEqual([])
})

test('rows that are not those of the ids are told by finding nothing', () => {
  expect(
    teacherTraps(
      ranker((user) => histories[(user + 1) % numUsers]),
      split,
    ),
  ).toEqual([expect.stringMatching(/no more often than chance.*ids are in the order of its rows/)])
})

test('with nothing to compare there is nothing to say', () => {
  const none = { offsets: new Uint32Array(numUsers + 1), items: new Uint32Array(0) }
  expect(
    teacherTraps(
      ranker((user) => histories[user]),
      { ...split, test: none },
    ),
  ).toEqual([])
  // Histories of half the catalogue are found by chance.
  expect(
    teacherTraps(
      ranker((user) => histories[user]),
      { ...split, numItems: 20 },
    ),
  ).toEqual([])
})
