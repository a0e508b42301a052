import { expect, test } from 'vitest'
import { groupByUser, rowOf } from './csr.ts'
import { trainingSplit } from './split.ts'

test('all rows are learnt from, ascending, and kept in the order they happened', () => {
  const sequence = groupByUser(3, Uint32Array.of(0, 2, 0), Uint32Array.of(4, 1, 2))
  const split = trainingSplit('by hand', sequence, 6)
  expect([...rowOf(split.train, 0)]).toEqual([2, 4])
  expect([...rowOf(split.trainSequence, 0)]).toEqual([4, 2])
  for (const part of [split.valid, split.test])
    expect([0, 1, 2].map((user) => rowOf(part, user).length)).toEqual([0, 0, 0])
  expect(split.manifest.counts).toEqual({ users: 3, items: 6, train: 3, valid: 0, test: 0 })
})
