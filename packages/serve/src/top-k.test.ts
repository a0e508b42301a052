import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBundle, load } from './index.ts'

/** A bundle whose scores are the numbers given: one dimension, one user at 1. */
const scored = (scores: number[]) =>
  load(
    encodeBundle({
      users: ['me'],
      items: scores.map((_, n) => String(n)),
      dim: 1,
      userVectors: Float32Array.of(1),
      itemVectors: Float32Array.from(scores),
    }),
  )

test('the k best of any scores: larger first, of equal ones the earlier, what is filtered left out', async () => {
  const few = fc.integer({ min: -3, max: 3 }) // many ties, both zeros
  const scores = fc.array(
    fc.oneof(few, fc.constant(-0), fc.float({ noNaN: true, noDefaultInfinity: true })),
    {
      minLength: 1,
      maxLength: 200,
    },
  )
  await fc.assert(
    fc.asyncProperty(scores, fc.nat(210), fc.integer({ min: 1, max: 9 }), async (all, k, step) => {
      const recommender = await scored(all)
      const shown = (n: number) => step === 1 || n % step !== 0
      const expected = all
        .map((score, n) => ({ item: String(n), score: Math.fround(score) + 0 }))
        .filter((_, n) => shown(n))
        .sort((a, b) => b.score - a.score || Number(a.item) - Number(b.item))
        .slice(0, k)
      expect(recommender.recommend('me', { k, filter: (item) => shown(Number(item)) })).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})

test('a rising catalogue of many blocks', async () => {
  const recommender = await scored(Array.from({ length: 10_000 }, (_, n) => n))
  const items = recommender.recommend('me', { k: 3 }).map(({ item }) => item)
  expect(items).toEqual(['9999', '9998', '9997'])
})

test('a filter is asked of few items and may ask for recommendations itself', async () => {
  const recommender = await scored(Array.from({ length: 20_000 }, (_, n) => (n * 7919) % 20_011))
  let asked = 0
  const filtered = recommender.recommend('me', {
    k: 10,
    filter: (item) => {
      asked++
      return recommender.recommend('me', { k: 1 })[0].item !== item
    },
  })
  expect(filtered).toEqual(recommender.recommend('me', { k: 11 }).slice(1))
  expect(asked).toBeLessThan(400)
})
