import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  accuracyNames,
  hitsOf,
  hr,
  map,
  metrics,
  mrr,
  ndcg,
  precision,
  recall,
  type UserMetric,
} from '../index.ts'

const accuracy = accuracyNames.map((name) => [name, metrics[name].of as UserMetric] as const)

/** Truth {2, 1, 8}; hits at places 1 and 3. */
const worked = hitsOf([5, 2, 9, 1], new Set([2, 1, 8]))

test('recall divides by the whole truth', () => {
  expect(recall(worked, 1)).toBe(0)
  expect(recall(worked, 2)).toBe(1 / 3)
  expect(recall(worked, 4)).toBe(2 / 3)
})

test('precision divides by k, also past the end of the list', () => {
  expect(precision(worked, 2)).toBe(1 / 2)
  expect(precision(worked, 10)).toBe(2 / 10)
})

test('hit rate asks for any hit', () => {
  expect(hr(worked, 1)).toBe(0)
  expect(hr(worked, 2)).toBe(1)
})

test('reciprocal rank looks at the first hit only', () => {
  expect(mrr(worked, 1)).toBe(0)
  expect(mrr(worked, 4)).toBe(1 / 2)
})

test('average precision is the precision at the hits over the most hits possible', () => {
  expect(map(worked, 2)).toBeCloseTo(1 / 2 / 2, 12)
  expect(map(worked, 4)).toBeCloseTo((1 / 2 + 2 / 4) / 3, 12)
})

test('NDCG discounts by the logarithm of the place and divides by the ideal', () => {
  const at = (place: number) => 1 / Math.log2(place + 2)
  expect(ndcg(worked, 2)).toBeCloseTo(at(1) / (at(0) + at(1)), 12)
  expect(ndcg(worked, 4)).toBeCloseTo((at(1) + at(3)) / (at(0) + at(1) + at(2)), 12)
})

// Golden vector TV-20: origin is the method specification.
test('the golden lists: recall and NDCG of each user', () => {
  const users = [
    hitsOf([5, 2, 9, 1], new Set([2, 1, 8])),
    hitsOf([3, 7, 0, 8], new Set([0, 3, 7, 8, 9])),
    hitsOf([4, 6, 1, 2], new Set()),
  ]
  const near = (metric: UserMetric, k: number, expected: number[]) =>
    users.forEach((hits, user) => expect(metric(hits, k)).toBeCloseTo(expected[user], 8))
  near(recall, 2, [0.33333333, 0.4, 0])
  near(recall, 4, [0.66666667, 0.8, 0])
  near(ndcg, 2, [0.38685281, 1, 0])
  near(ndcg, 4, [0.49818926, 1, 0])
})

test('the golden leave-one-out case: the only truth at rank 3', () => {
  const third = hitsOf([7, 8, 9, 6, 5], new Set([9]))
  expect(hr(third, 5)).toBe(1)
  expect(ndcg(third, 5)).toBeCloseTo(0.5, 12)
  expect(mrr(third, 5)).toBeCloseTo(0.33333333, 8)
  expect(ndcg(third, 5)).toBeCloseTo(Math.LN2 / Math.log(3 + 1), 12)
})

test('rank 1 scores 1 and rank 50 counts at 50, unlike the legacy code with its places off by one', () => {
  const first = hitsOf([1], new Set([1]))
  expect(ndcg(first, 50)).toBe(1)
  const fiftieth = hitsOf([...Array.from({ length: 49 }, (_, n) => n + 100), 1], new Set([1]))
  expect(hr(fiftieth, 50)).toBe(1)
  expect(hr(fiftieth, 49)).toBe(0)
})

const list = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 })
const truth = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 15 })
const cut = fc.integer({ min: 1, max: 20 })

test('every metric is within 0 and 1, and 0 without truth or hits', () => {
  fc.assert(
    fc.property(list, truth, cut, (ranked, wanted, k) => {
      const hits = hitsOf(ranked, new Set(wanted))
      for (const [, metric] of accuracy) {
        const value = metric(hits, k)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(1)
        if (hits.count === 0) expect(value).toBe(0)
      }
    }),
  )
})

test('a perfect list scores 1, save precision with less truth than places and recall with more', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1 }), cut, (wanted, k) => {
      const hits = hitsOf(wanted, new Set(wanted))
      for (const metric of [ndcg, hr, mrr, map]) expect(metric(hits, k)).toBeCloseTo(1, 12)
      expect(recall(hits, k)).toBe(Math.min(k, wanted.length) / wanted.length)
      expect(precision(hits, k)).toBe(Math.min(k, wanted.length) / k)
    }),
  )
})

test('moving a hit up never lowers a metric', () => {
  fc.assert(
    fc.property(list, truth, cut, fc.nat(), (ranked, wanted, k, pick) => {
      const set = new Set(wanted)
      const places = ranked.flatMap((item, place) =>
        place > 0 && set.has(item) && !set.has(ranked[place - 1]) ? [place] : [],
      )
      fc.pre(places.length > 0)
      const place = places[pick % places.length]
      const better = ranked.slice()
      ;[better[place - 1], better[place]] = [ranked[place], ranked[place - 1]]
      for (const [, metric] of accuracy)
        expect(metric(hitsOf(better, set), k)).toBeGreaterThanOrEqual(metric(hitsOf(ranked, set), k) - 1e-12)
    }),
  )
})

test('with more places recall, hit rate and reciprocal rank never fall', () => {
  fc.assert(
    fc.property(list, truth, cut, cut, (ranked, wanted, a, b) => {
      const hits = hitsOf(ranked, new Set(wanted))
      for (const metric of [recall, hr, mrr])
        expect(metric(hits, Math.max(a, b))).toBeGreaterThanOrEqual(metric(hits, Math.min(a, b)))
    }),
  )
})

test('an item of the truth is found once: a list that repeats it is refused', () => {
  expect(() => hitsOf([2, 5, 2], new Set([2]))).toThrow('hitsOf: item 2 stands twice in the list')
  expect(recall(hitsOf([5, 2, 5], new Set([2])), 3)).toBe(1)
})
