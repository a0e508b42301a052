import { createRng, type Csr } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accuracyNames, evaluate, evaluateRankings, protocols, type EvalSplit } from '../src/index.ts'
import { rankerFromScores } from './naive-evaluation.ts'
import { randomWorld } from './worlds.ts'

const rceKd = protocols['rce-kd']
const { strict } = protocols

const flat = (lists: number[][], users: number[]) => ({
  users,
  k: lists[0].length,
  items: users.flatMap((user) => lists[user]),
})

test('the order in which users are given changes nothing', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { split, scores } = randomWorld(seed)
      const all = rankerFromScores(scores).rank(Uint32Array.from(scores.keys()), 20, split.train)
      const lists = scores.map((_, user) => [...all.items.subarray(user * 20, user * 20 + 20)])
      const order = Uint32Array.from(scores.keys())
      createRng(seed).shuffle(order)
      const a = evaluateRankings(flat(lists, [...scores.keys()]), split, rceKd)
      const b = evaluateRankings(flat(lists, [...order]), split, rceKd)
      expect(b).toEqual(a)
    }),
    { numRuns: 20 },
  )
})

test('a user without truth changes the mean over all users by the count alone, the other mean not at all', () => {
  const { split, scores } = randomWorld(5)
  const grow = ({ offsets, items }: Csr): Csr => ({
    offsets: Uint32Array.from([...offsets, items.length]),
    items,
  })
  const more: EvalSplit = {
    ...split,
    numUsers: split.numUsers + 1,
    train: grow(split.train),
    valid: grow(split.valid),
    test: grow(split.test),
  }
  const ranker = rankerFromScores([...scores, scores[0]])
  const before = evaluate(ranker, split, rceKd, 'test').means
  const after = evaluate(ranker, more, rceKd, 'test').means
  for (const key of Object.keys(before))
    expect(after[key]).toBeCloseTo((before[key] * split.numUsers) / more.numUsers, 12)
  expect(evaluate(ranker, more, strict, 'test').means).toEqual(evaluate(ranker, split, strict, 'test').means)
})

test('a ranker that knows the truth reaches 1', () => {
  const { split } = randomWorld(6)
  const knows = Array.from({ length: split.numUsers }, (_, user) =>
    Array.from({ length: split.numItems }, (_, item) =>
      split.test.items.subarray(split.test.offsets[user], split.test.offsets[user + 1]).includes(item)
        ? 1
        : 0,
    ),
  )
  const { means } = evaluate(rankerFromScores(knows), split, { ...strict, coldItems: 'keep' }, 'test')
  for (const name of ['ndcg', 'hr', 'mrr', 'map', 'recall']) expect(means[`${name}@20`]).toBeCloseTo(1, 12)
})

test('fewer metrics are the same numbers', () => {
  const { split, scores } = randomWorld(7)
  const few = evaluate(rankerFromScores(scores), split, rceKd, 'test', { metrics: ['ndcg'] })
  const all = evaluate(rankerFromScores(scores), split, rceKd, 'test')
  expect(Object.keys(few.means)).toEqual(['ndcg@10', 'ndcg@20'])
  expect(few.perUser['ndcg@10']).toEqual(all.perUser['ndcg@10'])
  expect(Object.keys(all.means)).toHaveLength(accuracyNames.length * 2)
})
