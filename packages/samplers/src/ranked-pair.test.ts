import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import { expectLaw } from '../test/expect-law.ts'
import { drawAhead, drawBehind } from './ranked-pair.ts'

/** Probability of every pair t < s, from the definition. */
function lawOf(n: number, T: number): number[] {
  const weights = Array.from({ length: n }, (_, t) => Math.exp(-t / T))
  const products = weights.flatMap((w, t) => weights.map((v, s) => (t < s ? w * v : 0)))
  const sum = products.reduce((a, b) => a + b)
  return products.map((product) => product / sum)
}

test.each([
  [2, 20],
  [5, 0.7],
  [6, 3],
  [9, 1e6],
])('pairs of %i positions, T = %d, come by the law', (n, T) => {
  const rng = createRng(n)
  const counts = new Float64Array(n * n)
  for (let d = 0; d < 100_000; d++) {
    const ahead = drawAhead(n, T, rng)
    counts[ahead * n + drawBehind(ahead, n, T, rng)]++
  }
  expectLaw(counts, 100_000, lawOf(n, T))
})

test('no pair is tied and the smaller position is ahead, however steep or flat the weights', () => {
  const rng = createRng(1)
  for (const T of [1e-9, 1e-3, 1, 20, 1e12])
    for (const n of [2, 3, 1000])
      for (let d = 0; d < 300; d++) {
        const ahead = drawAhead(n, T, rng)
        const behind = drawBehind(ahead, n, T, rng)
        expect(ahead).toBeGreaterThanOrEqual(0)
        expect(behind).toBeGreaterThan(ahead)
        expect(behind).toBeLessThan(n)
      }
})

test.each([0, -1, NaN, Infinity])('T = %d, which is none, is refused and never drawn with for ever', (T) => {
  expect(() => drawAhead(5, T, createRng(0))).toThrow(`drawAhead: expected T above 0, got ${T}`)
  expect(() => drawBehind(1, 5, T, createRng(0))).toThrow(`drawBehind: expected T above 0, got ${T}`)
})

test('where there is no pair none is drawn', () => {
  for (const n of [1, 0, NaN])
    expect(() => drawAhead(n, 2, createRng(0))).toThrow(`2 positions or more, got n = ${n}`)
  for (const ahead of [4, -1, NaN])
    expect(() => drawBehind(ahead, 5, 2, createRng(0))).toThrow(`of 0 to n - 2 = 3, got ${ahead}`)
})
