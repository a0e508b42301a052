import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bestByScore } from './best-by-score.ts'

test('agrees with a full sort, ties to the smaller item', () => {
  const scored = fc.uniqueArray(fc.record({ item: fc.nat(500), score: fc.integer({ min: -9, max: 9 }) }), {
    selector: ({ item }) => item,
    maxLength: 200,
  })
  fc.assert(
    fc.property(scored, fc.integer({ min: 0, max: 60 }), (list, k) => {
      const out = new Uint32Array(k).fill(7777)
      const items = Uint32Array.from(list, ({ item }) => item)
      const taken = bestByScore(items, Float32Array.from(list, ({ score }) => score), out) // prettier-ignore
      const sorted = [...list].sort((a, b) => b.score - a.score || a.item - b.item).map(({ item }) => item)
      expect(taken).toBe(Math.min(k, list.length))
      expect([...out]).toEqual(
        Array.from({ length: k }, (_, place) => (place < taken ? sorted[place] : 7777)),
      )
    }),
    { seed: 3 },
  )
})
