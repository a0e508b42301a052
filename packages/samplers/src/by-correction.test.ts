import { createRng, NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactInclusion } from '../test/exact-inclusion.ts'
import { expectLaw } from '../test/expect-law.ts'
import { correctionHorizon, correctionWeights, sampleByCorrection } from './by-correction.ts'

const correctionOf = (positions: readonly number[], T: number) => {
  const out = new Float32Array(positions.length)
  correctionWeights(Uint32Array.from(positions), T, out)
  return out
}
const range = (n: number) => Uint32Array.from({ length: n }, (_, t) => t)

/** TV-8: eps 0.5 is T = 2. */
const published = correctionOf([2, 0, 5, 1, 4, 3], 2)

test('TV-8: weights of the under- and the over-estimated', () => {
  const under = [0.76159416, 0, 0.90514825, 0, 0, 0]
  const over = [0, 0.46211716, 0, 0.76159416, 0, 0.76159416]
  under.forEach((weight, t) => expect(Math.max(0, published[t])).toBeCloseTo(weight, 6))
  over.forEach((weight, t) => expect(Math.max(0, -published[t])).toBeCloseTo(weight, 6))
})

test.each([
  ['under', 'ifFew', 2, [0.76159416, 0, 0.90514825, 0, 0, 0]],
  ['under', 'ifFew', 3, [0.76159416, 1e-5, 0.90514825, 1e-5, 1e-5, 1e-5]],
  ['over', 'ifFew', 2, [0, 0.46211716, 0, 0.76159416, 0, 0.76159416]],
  ['over', 'always', 2, [1e-5, 0.46211716, 1e-5, 0.76159416, 1e-5, 0.76159416]],
] as const)('TV-8: inclusion frequencies, %s, floor %s, %i places', (sign, floor, size, weights) => {
  const draws = 50_000
  const counts = new Float64Array(6)
  const out = new Uint32Array(size)
  const rng = createRng(5)
  for (let d = 0; d < draws; d++) {
    sampleByCorrection(range(6), published, sign, out, rng.at(d), { floor })
    for (const t of out) counts[t]++
  }
  expectLaw(counts, draws, exactInclusion(weights, size))
})

test('identical rankings give no weight, and a uniform draw of as many as asked for', () => {
  const counts = new Float64Array(5)
  const out = new Uint32Array(2)
  const rng = createRng(6)
  const nothing = correctionOf([0, 1, 2, 3, 4], 3)
  expect([...nothing]).toEqual([0, 0, 0, 0, 0])
  for (let d = 0; d < 20_000; d++) {
    expect(sampleByCorrection(range(5), nothing, 'over', out, rng.at(d))).toBe(2)
    for (const t of out) counts[t]++
  }
  expectLaw(counts, 20_000, [0.4, 0.4, 0.4, 0.4, 0.4])
})

test('positions at and beyond the horizon all weigh 1', () => {
  for (const T of [0.5, 10, 123]) {
    const horizon = correctionHorizon(8, T)
    expect(correctionOf(new Array<number>(8).fill(horizon), T)).toEqual(new Float32Array(8).fill(1))
  }
})

test('lists are of candidates, none twice, in teacher order unless the order of the draw is asked for', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 12 }),
      fc.integer(),
      fc.constantFrom('under' as const, 'over' as const),
      fc.boolean(),
      (n, places, seed, sign, keepDrawOrder) => {
        const rng = createRng(seed)
        const positions = range(n)
        rng.shuffle(positions)
        const padded = new Uint32Array(30).fill(NO_ITEM)
        padded.set(range(n).map((t) => t + 100))
        const out = new Uint32Array(places)
        const correction = correctionOf([...positions], 5)
        const size = sampleByCorrection(padded, correction, sign, out, rng, { keepDrawOrder })
        const drawn = [...out.subarray(0, size)]
        expect(size).toBe(Math.min(n, places))
        expect(new Set(drawn).size).toBe(size)
        expect(drawn.every((item) => item >= 100 && item < 100 + n)).toBe(true)
        if (!keepDrawOrder) expect(drawn).toEqual([...drawn].sort((a, b) => a - b))
        const signed = correction.filter((c) => (sign === 'under' ? c > 0 : c < 0)).length
        if (signed >= places)
          for (const item of drawn) expect(Math.sign(correction[item - 100])).toBe(sign === 'under' ? 1 : -1)
      },
    ),
  )
})

test('a bad temperature is refused', () => {
  expect(() => correctionOf([0], 0)).toThrow('correctionWeights: expected T above 0, got 0')
})
