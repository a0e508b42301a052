import { NO_ITEM, type Csr, type Ranker } from '@recdistill/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  beyondAndCold,
  evaluate,
  evaluateParts,
  evaluateRankings,
  protocols,
  resolveProtocol,
  splitFromLists,
} from '../src/index.ts'
import { naiveMeans, rankerFromScores } from './naive-evaluation.ts'
import { randomWorld } from './worlds.ts'

const rceKd = protocols['rce-kd']
const { strict } = protocols

describe('the golden lists (TV-20)', () => {
  const split = splitFromLists({
    train: [],
    test: [[2, 1, 8], [0, 3, 7, 8, 9], []],
    numUsers: 3,
    numItems: 10,
  })
  const lists = [
    [5, 2, 9, 1],
    [3, 7, 0, 8],
    [4, 6, 1, 2],
  ]
  const cuts = { ks: [2, 4], select: 'ndcg@2' }

  test('over all users, those without truth as 0', () => {
    const { means, users, averagedOver } = evaluateRankings(lists, split, resolveProtocol('rce-kd', cuts))
    expect(means['recall@2']).toBeCloseTo(0.24444444, 8)
    expect(means['ndcg@2']).toBeCloseTo(0.46228427, 8)
    expect(means['recall@4']).toBeCloseTo(0.48888889, 8)
    expect(means['ndcg@4']).toBeCloseTo(0.49939642, 8)
    expect([...users]).toEqual([0, 1])
    expect(averagedOver).toBe(3)
  })

  test('over users with truth', () => {
    const protocol = resolveProtocol('rce-kd', { ...cuts, users: 'with-truth' })
    const { means, perUser, averagedOver } = evaluateRankings(lists, split, protocol)
    expect(means['recall@2']).toBeCloseTo(0.36666667, 8)
    expect(means['ndcg@2']).toBeCloseTo(0.6934264, 7)
    expect(means['recall@4']).toBeCloseTo(0.73333333, 8)
    expect(means['ndcg@4']).toBeCloseTo(0.74909463, 8)
    expect(perUser['recall@4'][0]).toBeCloseTo(2 / 3, 12)
    expect(averagedOver).toBe(2)
  })
})

test('every protocol over the catalogue equals the plain twin on random worlds, any block size', () => {
  const rules = fc.record({
    name: fc.constantFrom('rce-kd', 'strict'),
    users: fc.constantFrom('all' as const, 'with-truth' as const),
    coldItems: fc.constantFrom('keep' as const, 'apart' as const),
    ks: fc.constantFrom([1], [3, 10], [5, 2, 20], [30]),
  })
  fc.assert(
    fc.property(
      fc.integer(),
      rules,
      fc.integer({ min: 1, max: 20 }),
      (seed, { name, ks, ...rest }, blockUsers) => {
        const { split, scores } = randomWorld(seed)
        const protocol = resolveProtocol(name, { ...rest, ks, select: `ndcg@${ks[0]}` })
        for (const part of ['valid', 'test'] as const) {
          const { means } = evaluate(rankerFromScores(scores), split, protocol, part, { blockUsers })
          const expected = naiveMeans(scores, split, protocol, part)
          expect(Object.keys(means).sort()).toEqual(Object.keys(expected).sort())
          for (const [key, value] of Object.entries(expected)) expect(means[key]).toBeCloseTo(value, 12)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('what is not masked at test time differs between the presets', () => {
  const split = splitFromLists({ train: [[0], [2, 1]], valid: [[1]], test: [[2]], numItems: 4 })
  const ranker = rankerFromScores([
    [9, 8, 7, 1],
    [0, 0, 0, 0],
  ])
  const cuts = { ks: [1, 2], select: 'ndcg@1' }
  // Item 1 was validated on and stands first where it is not masked.
  expect(evaluate(ranker, split, resolveProtocol('rce-kd', cuts), 'test').perUser['hr@1'][0]).toBe(0)
  expect(evaluate(ranker, split, resolveProtocol('strict', cuts), 'test').perUser['hr@1'][0]).toBe(1)
  expect(evaluate(ranker, split, resolveProtocol('strict', cuts), 'valid').perUser['hr@1'][0]).toBe(1)
})

test('the legacy metrics of BD count every hit one place late: rank N is a miss at N, rank 1 gains 0.63', () => {
  const split = splitFromLists({ train: [], test: [[4], [1]], numUsers: 2, numItems: 10 })
  const at = (bdLegacyMetrics: boolean) =>
    evaluateRankings(
      [
        [4, 0],
        [0, 1],
      ],
      split,
      resolveProtocol('bd', { ks: [2], select: 'hr@2', bdLegacyMetrics }),
    ).perUser
  expect([...at(false)['hr@2']]).toEqual([1, 1])
  expect([...at(true)['hr@2']]).toEqual([1, 0])
  expect(at(true)['ndcg@2'][0]).toBeCloseTo(0.63093, 5)
})

test('cold items are measured apart, over their own users', () => {
  // Item 3 is in nobody's training.
  const split = splitFromLists({ train: [[0], [1, 2]], test: [[1, 3], [3]], numItems: 5 })
  const ranker = rankerFromScores([
    [0, 5, 1, 4, 2],
    [5, 0, 0, 4, 1],
  ])
  const protocol = resolveProtocol('strict', { ks: [2], select: 'ndcg@2' })
  const apart = evaluate(ranker, split, protocol, 'test', { beyond: true })
  expect([...apart.users]).toEqual([0])
  expect(apart.means['recall@2']).toBe(1)
  expect([...apart.cold!.users]).toEqual([0, 1])
  expect(apart.cold!.interactions).toBe(2)
  expect(apart.cold!.means['mrr@2']).toBe(1 / 2)
  expect(beyondAndCold(apart)).toMatchObject({ 'cold.mrr@2': 1 / 2, 'coverage@2': 3 / 5 })
  const kept = evaluate(ranker, split, { ...protocol, coldItems: 'keep' }, 'test')
  expect(kept.cold).toBeNull()
  expect(kept.means['recall@2']).toBe((1 + 1) / 2)
  expect(kept.means['mrr@2']).toBe((1 + 1 / 2) / 2)
})

describe('one pass', () => {
  const counting = (ranker: Ranker) => {
    const calls: { users: number; k: number; exclude: Csr | null }[] = []
    const counted: Ranker = {
      rank: (users, k, exclude) => {
        calls.push({ users: users.length, k, exclude })
        return ranker.rank(users, k, exclude)
      },
    }
    return { counted, calls }
  }

  test('validation and test share lists where they mask the same', () => {
    const { split, scores } = randomWorld(1)
    const { counted, calls } = counting(rankerFromScores(scores))
    const both = evaluateParts(counted, split, rceKd, ['valid', 'test'], { beyond: true })
    expect(calls).toEqual([{ users: 12, k: 20, exclude: split.train }])
    for (const part of ['valid', 'test'] as const)
      expect(both[part]).toEqual(evaluate(rankerFromScores(scores), split, rceKd, part, { beyond: true }))
  })

  test('and each has its own where they do not; the mask is the same object every time', () => {
    const { split, scores } = randomWorld(1)
    const { counted, calls } = counting(rankerFromScores(scores))
    const both = evaluateParts(counted, split, strict, ['valid', 'test'])
    expect(calls).toHaveLength(2)
    expect(both.test.means).toEqual(evaluate(counted, split, strict, 'test').means)
    expect(calls[2].exclude).toBe(calls[1].exclude)
  })

  test('only users with truth are ranked, also where all users count', () => {
    const { split, scores } = randomWorld(2)
    const { counted, calls } = counting(rankerFromScores(scores))
    const { users } = evaluate(counted, split, rceKd, 'test', { blockUsers: 5 })
    expect(calls.map((call) => call.users)).toEqual([5, users.length - 5])
  })

  test('a ranker may hand out the same buffers each time', () => {
    const { split, scores } = randomWorld(3)
    const fresh = rankerFromScores(scores)
    const items = new Uint32Array(100)
    const reusing: Ranker = {
      rank: (users, k, exclude) => {
        const ranking = fresh.rank(users, k, exclude)
        items.fill(NO_ITEM).set(ranking.items)
        return { ...ranking, items: items.subarray(0, ranking.items.length) }
      },
    }
    const options = { blockUsers: 3, beyond: true }
    expect(evaluate(reusing, split, rceKd, 'test', options)).toEqual(
      evaluate(fresh, split, rceKd, 'test', options),
    )
  })
})
