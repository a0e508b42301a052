import { createRng, NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactInclusion } from '../test/exact-inclusion.ts'
import { expectLaw } from '../test/expect-law.ts'
import { sampleBestOfTwo } from './best-of-two.ts'

const range = (n: number) => Uint32Array.from({ length: n }, (_, t) => t)

/** P(t) from its definition: two independent positions, the smaller kept. */
function keptLaw(n: number, T: number): number[] {
  const weights = Array.from({ length: n }, (_, t) => Math.exp(-(t + 1) / (n * T)))
  const sum = (x: number[]) => x.reduce((total, value) => total + value, 0)
  const p = weights.map((w) => w / sum(weights))
  return p.map((pt, t) => pt * pt + 2 * pt * sum(p.slice(t + 1)))
}

test('TV-6: the kept-rank law of four ranks', () => {
  const published = [0.44453812, 0.3116725, 0.18360149, 0.060187895]
  expect(keptLaw(4, 20).map((p) => p.toFixed(7))).toEqual(published.map((p) => p.toFixed(7)))
})

test.each([
  [4, 20],
  [7, 0.3],
  [10, 1],
])('frequencies of %i positions with T = %d', (n, T) => {
  const counts = new Float64Array(n)
  const out = new Uint32Array(5)
  const rng = createRng(6)
  for (let d = 0; d < 40_000; d++) {
    expect(sampleBestOfTwo(range(n), T, out, rng.at(d))).toBe(5)
    for (const t of out) counts[t]++
  }
  expectLaw(counts, 200_000, keptLaw(n, T))
})

test('the positions of 3000 keep the law, tenth by tenth', () => {
  const law = keptLaw(3000, 20)
  const tenths = Array.from({ length: 10 }, (_, n) =>
    law.slice(300 * n, 300 * n + 300).reduce((a, b) => a + b, 0),
  )
  const counts = new Float64Array(10)
  const out = new Uint32Array(100_000)
  sampleBestOfTwo(range(3000), 20, out, createRng(3))
  for (const t of out) counts[Math.floor(t / 300)]++
  expectLaw(counts, out.length, tenths)
})

test.each([20, 0.02])('distinct draws, T = %d: the second is by the law without the first', (T) => {
  const law = keptLaw(4, T)
  const counts = new Float64Array(4)
  const out = new Uint32Array(2)
  const rng = createRng(8)
  for (let d = 0; d < 100_000; d++) {
    sampleBestOfTwo(range(4), T, out, rng.at(d), { distinct: true })
    for (const t of out) counts[t]++
  }
  expectLaw(counts, 100_000, exactInclusion(law, 2))
})

test('a draw holds candidates; distinct ones none twice; too few come all', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 0, max: 9 }),
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      fc.boolean(),
      fc.integer(),
      (n, places, T, distinct, seed) => {
        const out = new Uint32Array(places)
        const candidates = range(n).map((t) => 10 + t)
        const size = sampleBestOfTwo(candidates, T, out, createRng(seed), { distinct })
        const drawn = out.subarray(0, size)
        expect(size).toBe(n === 0 ? 0 : distinct ? Math.min(n, places) : places)
        expect(drawn.every((item) => candidates.includes(item))).toBe(true)
        expect(out.subarray(size).every((item) => item === NO_ITEM)).toBe(true)
        if (distinct) expect(new Set(drawn).size).toBe(size)
      },
    ),
  )
})

test('a bad temperature is refused', () => {
  expect(() => sampleBestOfTwo(range(2), 0, new Uint32Array(1), createRng(0))).toThrow(
    'sampleBestOfTwo: expected T above 0, got 0',
  )
})
