import { createRng, NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLaw } from '../test/expect-law.ts'
import { sampleWithReplacement } from './with-replacement.ts'

const range = (n: number) => Uint32Array.from({ length: n }, (_, t) => t)

test('frequencies are the shares of the weights', () => {
  const weights = [0.5, 0, 3, 1.25, 0, 0.25]
  const counts = new Float64Array(6)
  const out = new Uint32Array(100_000)
  expect(sampleWithReplacement(range(6), Float64Array.from(weights), out, createRng(1))).toBe(100_000)
  for (const t of out) counts[t]++
  expectLaw(counts, out.length, weights.map((w) => w / 5)) // prettier-ignore
})

test('TV-5: frequencies of both directions', () => {
  const draws = 100_000
  for (const weights of [
    [2.7182818, 0.60653066, 4.4816891, 0.36787944, 1, 0.36787944],
    [0, 0.46211716, 0, 0.76159416, 0, 0.76159416],
  ]) {
    const total = weights.reduce((a, b) => a + b)
    const counts = new Float64Array(6)
    const out = new Uint32Array(draws)
    sampleWithReplacement(range(6), Float64Array.from(weights), out, createRng(2))
    for (const t of out) counts[t]++
    expectLaw(counts, draws, weights.map((w) => w / total)) // prettier-ignore
  }
})

test('only candidates with weight are drawn; without any weight, none', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e9, noNaN: true })), { maxLength: 30 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer(),
      (weights, places, seed) => {
        const out = new Uint32Array(places)
        const size = sampleWithReplacement(
          range(weights.length),
          Float64Array.from(weights),
          out,
          createRng(seed),
        )
        const some = weights.some((w) => w > 0)
        expect(size).toBe(some ? places : 0)
        expect(out.every((item) => (some ? weights[item] > 0 : item === NO_ITEM))).toBe(true)
      },
    ),
  )
})

test('bad weights are refused', () => {
  const draw = (...weights: number[]) =>
    sampleWithReplacement(range(2), Float64Array.from(weights), new Uint32Array(1), createRng(0))
  expect(() => draw(1, -1)).toThrow('sampleWithReplacement: weight 1 must be a number of at least 0, got -1')
  expect(() => draw(NaN, 1)).toThrow('weight 0 must be a number of at least 0, got NaN')
  expect(() => draw(Infinity, 1)).toThrow('weight 0 must be a number of at least 0, got Infinity')
  expect(() => draw(1e308, 1e308)).toThrow('the weights sum to Infinity')
  expect(() => draw(1)).toThrow('2 candidates need as many weights, got 1')
})
