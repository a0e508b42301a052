import fc from 'fast-check'
import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import { favouredWeights, overRankedWeights } from './by-discrepancy.ts'

const weigh = (f: typeof favouredWeights, a: readonly number[], b: readonly number[], eps: number) => {
  const out = new Float64Array(a.length)
  f(Uint32Array.from(a), Uint32Array.from(b), eps, out)
  return [...out]
}

test('TV-5: weights of both directions', () => {
  const teacher = [1, 2, 3, 4, 5, 6]
  const student = [3, 1, 6, 2, 5, 4]
  const favoured = weigh(favouredWeights, teacher, student, 0.5)
  const published = [2.7182818, 0.60653066, 4.4816891, 0.36787944, 1, 0.36787944]
  favoured.forEach((weight, i) => expect(weight).toBeCloseTo(published[i] / 4.4816891, 7))
  const overRanked = weigh(overRankedWeights, student, teacher, 0.5)
  const expected = [0, 0.46211716, 0, 0.76159416, 0, 0.76159416]
  overRanked.forEach((weight, i) => expect(weight).toBeCloseTo(expected[i], 7))
})

test('the one is above 0 everywhere, the other just where the first model ranks better', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(1e-4, 1e-2, 0.3),
      (seed, n, eps) => {
        const ranks = ['a', 'b'].map((name) => {
          const order = Uint32Array.from({ length: n }, (_, rank) => rank)
          createRng(seed).fork(name).shuffle(order)
          return [...order]
        })
        const [a, b] = ranks
        const favoured = weigh(favouredWeights, a, b, eps)
        const overRanked = weigh(overRankedWeights, a, b, eps)
        const most = Math.max(...a.map((rank, i) => b[i] - rank))
        a.forEach((rank, i) => {
          expect(favoured[i]).toBeGreaterThan(0)
          expect(favoured[i]).toBeCloseTo(Math.exp(eps * (b[i] - rank - most)), 12)
          expect(overRanked[i] > 0).toBe(b[i] > rank)
          expect(overRanked[i]).toBeCloseTo(Math.tanh(Math.max(0, eps * (b[i] - rank))), 12)
        })
      },
    ),
  )
})

test('identical rankings weigh all items alike, and none', () => {
  expect(weigh(favouredWeights, [2, 0, 1], [2, 0, 1], 1)).toEqual([1, 1, 1])
  expect(weigh(overRankedWeights, [2, 0, 1], [2, 0, 1], 1)).toEqual([0, 0, 0])
})

test('differences of a large catalogue overflow nothing', () => {
  expect(weigh(favouredWeights, [0, 1e6], [1e6, 0], 5)).toEqual([1, 0])
})

test('a bad eps is refused', () => {
  expect(() => weigh(favouredWeights, [0], [0], 0)).toThrow('favouredWeights: expected eps above 0, got 0')
  expect(() => weigh(overRankedWeights, [0], [0], NaN)).toThrow(
    'overRankedWeights: expected eps above 0, got NaN',
  )
})
