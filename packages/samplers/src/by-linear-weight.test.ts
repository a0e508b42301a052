import { createRng, NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactInclusion } from '../test/exact-inclusion.ts'
import { expectLaw } from '../test/expect-law.ts'
import { sampleByLinearWeight } from './by-linear-weight.ts'

const range = (n: number) => Uint32Array.from({ length: n }, (_, t) => t)

test.each([
  ['near each other', [0.3, 0.7, 1, 0.1, 0.45, 0.9], 3],
  ['a few above a floor, which is reached by the race', [1, 1e-5, 1, 1e-5, 1e-5, 2e-5], 4],
  ['one above all', [1e6, 1, 2, 3], 2],
])('inclusion frequencies: %s', (_, weights, size) => {
  const draws = 100_000
  const counts = new Float64Array(weights.length)
  const out = new Uint32Array(size)
  const rng = createRng(11)
  for (let d = 0; d < draws; d++) {
    sampleByLinearWeight(range(weights.length), Float64Array.from(weights), out, rng.at(d))
    for (const t of out) counts[t]++
  }
  expectLaw(counts, draws, exactInclusion(weights, size))
})

test('in draw order, the first is drawn by its weight', () => {
  const first = new Float64Array(3)
  const out = new Uint32Array(2)
  const rng = createRng(2)
  for (let d = 0; d < 50_000; d++) {
    sampleByLinearWeight(range(3), Float32Array.of(1, 2, 3), out, rng.at(d), { keepDrawOrder: true })
    first[out[0]]++
  }
  expectLaw(first, 50_000, [1 / 6, 2 / 6, 3 / 6])
})

test('a draw holds candidates only, in order, none twice; zero weights come last', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1, noNaN: true })), { maxLength: 60 }),
      fc.integer({ min: 0, max: 70 }),
      fc.integer(),
      fc.boolean(),
      (weights, places, seed, keepDrawOrder) => {
        const out = new Uint32Array(places)
        const n = weights.length
        const size = sampleByLinearWeight(range(n), Float64Array.from(weights), out, createRng(seed), {
          keepDrawOrder,
        })
        expect(size).toBe(Math.min(n, places))
        const drawn = out.subarray(0, size)
        expect(new Set(drawn).size).toBe(size)
        expect(drawn.every((t) => t < n)).toBe(true)
        const positive = weights.filter((w) => w > 0).length
        expect(drawn.filter((t) => weights[t] > 0).length).toBe(Math.min(positive, size))
        if (!keepDrawOrder) expect([...drawn]).toEqual([...drawn].sort((a, b) => a - b))
        expect(out.subarray(size).every((item) => item === NO_ITEM)).toBe(true)
      },
    ),
  )
})

test('bad weights are refused', () => {
  const draw = (...weights: number[]) =>
    sampleByLinearWeight(range(2), Float64Array.from(weights), new Uint32Array(1), createRng(0))
  expect(() => draw(1, -1)).toThrow('sampleByLinearWeight: weight 1 must be a number of at least 0, got -1')
  expect(() => draw(1, NaN)).toThrow('weight 1 must be a number of at least 0, got NaN')
  expect(() => draw(1e308, 1e308)).toThrow('the weights sum to Infinity')
  expect(() => draw(1)).toThrow('2 candidates need as many weights, got 1')
})
