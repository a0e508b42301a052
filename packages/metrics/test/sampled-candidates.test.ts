import { NumericError, type Ranker } from '@recdistill/core'
import { describe, expect, test } from 'vitest'
import { evaluate, resolveProtocol, splitFromLists } from '../src/index.ts'

describe('sampled candidates', () => {
  const protocol = resolveProtocol('loo-499', {
    candidates: { kind: 'sampled', negatives: 5, seed: 1 },
    ks: [1, 3, 6],
    select: 'hr@3',
  })
  const items = 40
  const split = splitFromLists({
    train: [
      [0, 1, 2],
      [3, 4],
    ],
    valid: [[5], [6]],
    test: [[7], [8]],
    numItems: items,
  })
  const scored = (score: (user: number, item: number) => number): Ranker & { asked: number[][] } => {
    const asked: number[][] = []
    return {
      asked,
      rank: () => {
        throw new Error('sampled candidates need no ranking')
      },
      scoresOf: (users, list, k) => {
        users.forEach((_, n) => asked.push([...list.subarray(n * k, (n + 1) * k)]))
        return Float32Array.from(list, (item, at) => score(users[Math.floor(at / k)], item))
      },
    }
  }

  test('the target at a known rank, worked by hand', () => {
    // Items before the target are those with an even id.
    const ranker = scored((_, item) => (item === 7 || item === 8 ? 0.5 : item % 2 === 0 ? 1 : 0))
    const { perUser } = evaluate(ranker, split, protocol, 'test')
    ranker.asked.forEach(([target, ...negatives], user) => {
      const rank = 1 + negatives.filter((item) => item % 2 === 0).length
      expect(target).toBe(7 + user)
      expect(perUser['hr@3'][user]).toBe(rank <= 3 ? 1 : 0)
      expect(perUser['ndcg@6'][user]).toBeCloseTo(Math.LN2 / Math.log(rank + 1), 12)
      expect(perUser['mrr@6'][user]).toBeCloseTo(1 / rank, 12)
    })
    expect(Object.keys(perUser)).toHaveLength(9)
  })

  test('what the protocol selects by is measured, whatever it is', () => {
    const bySelection = resolveProtocol('loo-499', { ...protocol, select: 'recall@3' })
    const { means } = evaluate(
      scored((_, item) => -item),
      split,
      bySelection,
      'valid',
    )
    expect(means['recall@3']).toBe(means['hr@3'])
  })

  test('equal scores count against the target: a model that knows nothing gets nothing', () => {
    const { means } = evaluate(
      scored(() => 0),
      split,
      protocol,
      'test',
    )
    expect(means['hr@1']).toBe(0)
    expect(means['hr@3']).toBe(0)
    expect(means['mrr@6']).toBeCloseTo(1 / 6, 12)
  })

  test('drawn items are distinct, met in no part, the same for both parts and again, other with another seed', () => {
    const ask = (part: 'valid' | 'test', seed: number, other = split) => {
      const ranker = scored(() => 0)
      evaluate(ranker, other, { ...protocol, candidates: { kind: 'sampled', negatives: 5, seed } }, part)
      return ranker.asked.map(([, ...negatives]) => negatives)
    }
    const drawn = ask('test', 1)
    const known = [
      [0, 1, 2, 5, 7],
      [3, 4, 6, 8],
    ]
    drawn.forEach((list, user) => {
      expect(new Set(list).size).toBe(5)
      expect(list.some((item) => known[user].includes(item))).toBe(false)
    })
    expect(ask('valid', 1)).toEqual(drawn)
    expect(ask('test', 1, { ...split })).toEqual(drawn)
    expect(ask('test', 2)).not.toEqual(drawn)
  })

  test('when almost every free item is needed they are all drawn', () => {
    const many = { ...protocol, candidates: { kind: 'sampled', negatives: 35, seed: 1 } as const }
    const ranker = scored(() => 0)
    evaluate(ranker, split, many, 'test')
    const free = Array.from({ length: items }, (_, item) => item).filter(
      (item) => ![0, 1, 2, 5, 7].includes(item),
    )
    expect(ranker.asked[0].slice(1).sort((a, b) => a - b)).toEqual(free)
  })

  test('draws are even over the free items', () => {
    const users = 2000
    const big = splitFromLists({
      train: Array.from({ length: users }, () => [0]),
      test: Array.from({ length: users }, () => [1]),
      numItems: 22,
    })
    const counts = new Array<number>(22).fill(0)
    const ranker = scored(() => 0)
    evaluate(ranker, big, protocol, 'test')
    for (const [, ...negatives] of ranker.asked) for (const item of negatives) counts[item]++
    // Each of 20 free items is in 5 of 20 lists: 500 of 2000, standard error sqrt(2000 * 0.25 * 0.75) = 19.
    expect(counts.slice(0, 2)).toEqual([0, 0])
    for (const count of counts.slice(2)) expect(Math.abs(count - 500)).toBeLessThan(4.5 * 19.4)
  })

  test('several held-out items are ordered among each other, and users may have different numbers of them', () => {
    const several = splitFromLists({ train: [[0], [0]], test: [[1, 2, 3], [4]], numItems: 30 })
    // Truth 2 above all, then every sampled item, then 1 and 3 alike.
    const ranker = scored((_, item) => (item === 2 ? 9 : item <= 4 ? 1 : 5))
    const { perUser } = evaluate(ranker, several, { ...protocol, ks: [8], select: 'hr@8' }, 'test', {
      metrics: ['map', 'recall', 'mrr'],
    })
    expect(perUser['map@8'][0]).toBeCloseTo((1 / 1 + 2 / 7 + 3 / 8) / 3, 12)
    expect(perUser['recall@8'][0]).toBe(1)
    expect(perUser['mrr@8'][1]).toBeCloseTo(1 / 6, 12)
  })

  test('a NaN score is named', () => {
    const ranker = scored((user, item) => (user === 1 && item === 8 ? NaN : 0))
    expect(() => evaluate(ranker, split, protocol, 'test')).toThrow(NumericError)
    expect(() => evaluate(ranker, split, protocol, 'test')).toThrow(/user 1, item 8 is NaN/)
  })
})
