import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coverage, evaluateRankings, gini, lift, novelty, resolveProtocol, splitFromLists } from '../index.ts'
import type { Shown } from './shown.ts'

const shown = (
  counts: number[],
  popularity: number[] = counts.map(() => 1),
  rest: Partial<Shown> = {},
): Shown => ({
  counts: Uint32Array.from(counts),
  popularity: Uint32Array.from(popularity),
  numUsers: 4,
  listPopularity: 0,
  profilePopularity: 0,
  ...rest,
})

test('coverage is the share of items shown at all', () => {
  expect(coverage(shown([3, 0, 1, 0]))).toBe(2 / 4)
})

test('novelty is self-information in bits; an item never met counts as met once', () => {
  // 4 users; popularity 4, 2, 0 have 0, 1 and 2 bits.
  expect(novelty(shown([1, 1, 1], [4, 2, 0]))).toBeCloseTo((0 + 1 + 2) / 3, 12)
  expect(novelty(shown([3, 1, 0], [4, 2, 0]))).toBeCloseTo(1 / 4, 12)
  expect(novelty(shown([0, 0, 0]))).toBe(0)
})

test('Gini is 0 when all items are shown alike and (n - 1)/n when one takes everything', () => {
  expect(gini(shown([2, 2, 2, 2]))).toBe(0)
  expect(gini(shown([0, 8, 0, 0]))).toBeCloseTo(3 / 4, 12)
  // Ascending 1, 3: weights 2 - 3 = -1 and 4 - 3 = 1.
  expect(gini(shown([3, 1]))).toBeCloseTo((3 - 1) / (2 * 4), 12)
  expect(gini(shown([0, 0]))).toBe(0)
})

test('Gini equals half the relative mean difference', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 30 }), (counts) => {
      const total = counts.reduce((a, b) => a + b, 0)
      fc.pre(total > 0)
      let spread = 0
      for (const a of counts) for (const b of counts) spread += Math.abs(a - b)
      expect(gini(shown(counts))).toBeCloseTo(spread / (2 * counts.length * total), 10)
    }),
  )
})

test('lift is relative to what users took themselves', () => {
  expect(lift(shown([1], [1], { listPopularity: 6, profilePopularity: 4 }))).toBe(0.5)
  expect(lift(shown([1]))).toBe(0)
})

test('a small world worked by hand, at both cut-offs', () => {
  // Popularity in training: item 0 three times, 1 twice, 2 once, 3 never.
  const split = splitFromLists({
    train: [
      [0, 1],
      [0, 1],
      [0, 2],
    ],
    test: [[2], [2], [3]],
    numItems: 4,
  })
  const protocol = resolveProtocol('rce-kd', { ks: [1, 2], select: 'ndcg@1' })
  const lists = [
    [2, 3],
    [3, 2],
    [1, 3],
  ]
  const { beyond } = evaluateRankings(lists, split, protocol, { beyond: true })
  expect(beyond['coverage@1']).toBe(3 / 4)
  expect(beyond['coverage@2']).toBe(3 / 4)
  const bits = (users: number) => -Math.log2(users / 3)
  expect(beyond['novelty@1']).toBeCloseTo((bits(1) + bits(1) + bits(2)) / 3, 12)
  expect(beyond['novelty@2']).toBeCloseTo((5 * bits(1) + bits(2)) / 6, 12)
  const profile = ((3 + 2) / 2 + (3 + 2) / 2 + (3 + 1) / 2) / 3
  expect(beyond['lift@1']).toBeCloseTo(((1 + 0 + 2) / 3 - profile) / profile, 12)
  expect(beyond['lift@2']).toBeCloseTo(((1 / 2 + 1 / 2 + 2 / 2) / 3 - profile) / profile, 12)
  expect(beyond['arp@1']).toBeCloseTo((1 + 0 + 2) / 3, 12)
  expect(beyond['arp@2']).toBeCloseTo((1 / 2 + 1 / 2 + 2 / 2) / 3, 12)
  // Shown within 2: item 1 once, item 2 twice, item 3 three times, item 0 never.
  expect(beyond['gini@2']).toBeCloseTo((-3 * 0 - 1 * 1 + 1 * 2 + 3 * 3) / (4 * 6), 12)
})
