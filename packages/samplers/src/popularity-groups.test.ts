import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupQuotas, NO_GROUP, popularityGroups } from './popularity-groups.ts'

const plain = (groups: readonly Uint32Array[]) => groups.map((items) => [...items])

describe('TV-11', () => {
  test('two groups: what is left at the end is too little for a third', () => {
    expect(plain(popularityGroups([5, 4, 3, 2, 1, 1], 2).groups)).toEqual([[0], [1, 2, 3, 4, 5]]) // prettier-ignore
  })

  test('three groups and their quotas', () => {
    const counts = [9, 3, 2, 2, 1, 1]
    const { groups, groupOf } = popularityGroups(counts, 3)
    expect(plain(groups)).toEqual([[0], [1, 2], [3, 4, 5]])
    expect([...groupOf]).toEqual([0, 1, 1, 2, 2, 2])
    expect(groupQuotas(groups, counts, { size: 30, exponent: 1 })).toEqual([3, 13, 15])
    expect(groupQuotas(groups, counts, { size: 30, exponent: 0 })).toEqual([10, 10, 10])
  })
})

const someCounts = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 })

test('groups partition the trained items, in falling order of popularity', () => {
  fc.assert(
    fc.property(someCounts, fc.integer({ min: 1, max: 8 }), (counts, count) => {
      const { groups, groupOf } = popularityGroups(counts, count)
      const trained = [...counts.keys()].filter((item) => counts[item] > 0)
      const order = groups.flatMap((items) => [...items])
      expect([...order].sort((a, b) => a - b)).toEqual(trained)
      for (let n = 1; n < order.length; n++)
        expect(counts[order[n - 1]]).toBeGreaterThanOrEqual(counts[order[n]])
      groups.forEach((items, g) => {
        expect(items.length).toBeGreaterThan(0)
        for (const item of items) expect(groupOf[item]).toBe(g)
      })
      for (const item of counts.keys()) if (counts[item] === 0) expect(groupOf[item]).toBe(NO_GROUP)
    }),
    { seed: 4 },
  )
})

test('no group but the last exceeds its share, unless it is one item', () => {
  fc.assert(
    fc.property(someCounts, fc.integer({ min: 1, max: 8 }), (counts, count) => {
      const { groups } = popularityGroups(counts, count)
      const total = counts.reduce((a, b) => a + b)
      for (const items of groups.slice(0, -1))
        if (items.length > 1)
          expect(items.reduce((sum, item) => sum + counts[item], 0)).toBeLessThanOrEqual(total / count)
    }),
    { seed: 4 },
  )
})

test('quotas are at least the size in sum, and every group has one where the size allows', () => {
  fc.assert(
    fc.property(
      someCounts,
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.integer({ min: 1, max: 60 }),
      (counts, count, exponent, size) => {
        // prettier-ignore
        const { groups } = popularityGroups(counts, count)
        if (groups.length === 0) return
        const quotas = groupQuotas(groups, counts, { size, exponent })
        expect(quotas).toHaveLength(groups.length)
        for (const quota of quotas) expect(Number.isInteger(quota) && quota >= 0).toBe(true)
        expect(quotas.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(size)
      },
    ),
    { seed: 4 },
  )
})

test('halves go to the even number', () => {
  const groups = [0, 1, 2, 3].map((item) => Uint32Array.of(item))
  expect(groupQuotas(groups, [1, 1, 1, 1], { size: 2, exponent: 0 })).toEqual([1, 1, 0, 0])
  expect(groupQuotas(groups, [1, 1, 1, 1], { size: 30, exponent: 0 })).toEqual([8, 8, 8, 8])
})

test('nothing trained, no groups; no number of groups is refused', () => {
  expect(popularityGroups([0, 0], 3).groups).toEqual([])
  expect(groupQuotas([], [0, 0], { size: 3, exponent: 0 })).toEqual([])
  expect(() => popularityGroups([1], 0)).toThrow(
    'popularityGroups: expected a number of groups of at least 1, got 0',
  )
})
