import { expect, test } from 'vitest'
import { encodeBundle, load, roundTo } from '../src/index.ts'
import { dot, randomParts, rowOf } from './parts.ts'

const all = { k: 1000, exclude: [] }

for (const precision of ['f16', 'int8'] as const)
  test(`${precision}: every runtime gives the same bits, for dims 1 to 40`, async () => {
    for (let dim = 1; dim <= 40; dim++) {
      const bundle = encodeBundle({ ...randomParts({ dim, items: 150, seed: dim }), precision })
      const kinds = ['relaxed', 'simd', 'none'] as const
      const [relaxed, ...others] = await Promise.all(kinds.map((simd) => load(bundle, { simd })))
      for (const other of others) {
        expect(other.recommend('u2', all)).toEqual(relaxed.recommend('u2', all))
        expect(other.similar('i77', all)).toEqual(relaxed.similar('i77', all))
        if (precision === 'int8')
          expect(other.recommendFor(['i3', 'i8'], all)).toEqual(relaxed.recommendFor(['i3', 'i8'], all))
      }
    }
  })

test('scores are those of the rounded vectors', async () => {
  const parts = randomParts({ dim: 13, items: 90 })
  for (const precision of ['f16', 'int8'] as const) {
    const recommender = await load(encodeBundle({ ...parts, precision }))
    const users = roundTo(precision, parts.userVectors, 13)
    const items = roundTo(precision, parts.itemVectors, 13)
    for (const { item, score } of recommender.recommend('u5', all))
      expect(score).toBeCloseTo(dot(rowOf(users, 13, 5), rowOf(items, 13, Number(item.slice(1)))), 4)
    const exact = await load(encodeBundle({ ...parts, userVectors: users, itemVectors: items }))
    const folded = new Map(exact.recommendFor(['i1', 'i2'], all).map(({ item, score }) => [item, score]))
    for (const { item, score } of recommender.recommendFor(['i1', 'i2'], all))
      expect(score).toBeCloseTo(folded.get(item)!, 3)
  }
})

test('halves below 2^-14 and rows of zeros score as they should', async () => {
  for (const simd of ['auto', 'none'] as const)
    for (const precision of ['f16', 'int8'] as const) {
      const recommender = await load(
        encodeBundle({
          users: ['u'],
          items: ['tiny', 'zero', 'minus'],
          dim: 2,
          userVectors: Float32Array.of(1, 0),
          itemVectors: Float32Array.of(2 ** -24, 0, 0, 0, -(2 ** -20), 0),
          precision,
        }),
        { simd },
      )
      const scores = recommender.recommend('u').map(({ score }) => score)
      expect(scores[0]).toBeCloseTo(2 ** -24, 12)
      expect(scores[1]).toBe(0)
      expect(scores[2]).toBeCloseTo(-(2 ** -20), 12)
      expect(recommender.similar('zero').map(({ score }) => score)).toEqual([0, 0])
      expect(recommender.recommendFor(['zero']).map(({ score }) => score)).toEqual([0, 0])
    }
})
