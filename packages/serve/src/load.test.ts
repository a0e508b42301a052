import { expect, test } from 'vitest'
import { encodeBundle, load } from './index.ts'

const parts = {
  users: ['ann', 'bob'],
  items: ['tea', 'cake', 'ale', 'pie'],
  dim: 2,
  userVectors: Float32Array.of(1, 0, 0, 2),
  itemVectors: Float32Array.of(3, 0, 2, 1, 0, 3, 1, 1),
  seen: { offsets: Uint32Array.of(0, 1, 2), items: Uint32Array.of(0, 2) },
}

test('a user gets the best unseen items by dot product, equal scores in the order of the bundle', async () => {
  const recommender = await load(encodeBundle(parts))
  expect(recommender.recommend('ann')).toEqual([
    { item: 'cake', score: 2 },
    { item: 'pie', score: 1 },
    { item: 'ale', score: 0 },
  ])
  expect(recommender.recommend('bob', { k: 2 })).toEqual([
    { item: 'cake', score: 2 },
    { item: 'pie', score: 2 },
  ])
  expect(recommender.recommend('ann', { k: 1, exclude: [] })).toEqual([{ item: 'tea', score: 3 }])
})
