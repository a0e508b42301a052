import { createRng } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rankWithin } from './rank-within.ts'

const ranksOf = (scores: number[], items: number[] | null = null) => {
  const out = new Uint32Array(scores.length)
  rankWithin(Float32Array.from(scores), out, { items: items && Uint32Array.from(items) })
  return [...out]
}

test('five scores, by hand', () => {
  expect(ranksOf([0.5, -3, 90, 0.25, -0.1])).toEqual([1, 4, 0, 2, 3])
})

test('ties: the earlier entry, or the smaller item', () => {
  expect(ranksOf([1, 2, 1, 2])).toEqual([2, 0, 3, 1])
  expect(ranksOf([1, 2, 1, 2], [9, 8, 7, 6])).toEqual([3, 1, 2, 0])
  expect(ranksOf([-0, 0, -0])).toEqual([0, 1, 2])
})

test('agrees with a sort by comparison', () => {
  const scores = fc.array(
    fc.oneof(fc.constantFrom(0, -0, 1, -1, 1e4, -1e4, Infinity, -Infinity), fc.float({ noNaN: true })),
    { maxLength: 80 },
  )
  fc.assert(
    fc.property(scores, fc.integer(), (scores, seed) => {
      const items = Uint32Array.from(scores.keys())
      createRng(seed).shuffle(items)
      const sorted = [...scores.keys()].sort((a, b) => (scores[a] < scores[b] ? 1 : scores[a] > scores[b] ? -1 : items[a] - items[b])) // prettier-ignore
      expect(ranksOf(scores, [...items])).toEqual(scores.map((_, t) => sorted.indexOf(t)))
      const inOrder = [...scores.keys()].sort((a, b) => (scores[a] < scores[b] ? 1 : scores[a] > scores[b] ? -1 : a - b)) // prettier-ignore
      expect(ranksOf(scores)).toEqual(scores.map((_, t) => inOrder.indexOf(t)))
    }),
  )
})

test('a score that is not a number is refused', () => {
  expect(() => ranksOf([1, NaN])).toThrow('rankWithin: score 1 is not a number')
})
