import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import { foldIn } from './fold-in.ts'
import { gramOf } from './gram.ts'

test('one dimension, worked by hand', () => {
  // items 1, 2, 3: G = 14, m = 14 / 3; seen 2 and 3: 5 / (13 + 0.5 * 14 + 3 * 14 / 3)
  const gram = gramOf(Float32Array.of(1, 2, 3), 1)
  const x = foldIn([[2], [3]], gram, 3, 1, { unobserved: 0.5, regularisation: 3 })
  expect(x[0]).toBeCloseTo(5 / (13 + 7 + 14), 14)
})

test('the gradient of the objective is zero at the result', () => {
  const [items, dim] = [30, 7]
  const rng = createRng(3)
  const rows = Float32Array.from({ length: items * dim }, () => rng.normal())
  const row = (i: number) => [...rows.subarray(i * dim, (i + 1) * dim)]
  const weights = { unobserved: 0.2, regularisation: 0.7 }
  const seen = [3, 8, 21].map(row)
  const x = foldIn(seen, gramOf(rows, dim), items, dim, weights)
  const score = (y: number[]) => y.reduce((sum, value, d) => sum + value * x[d], 0)
  const m = rows.reduce((sum, value) => sum + value * value, 0) / rows.length
  for (let d = 0; d < dim; d++) {
    let gradient = weights.regularisation * m * x[d]
    for (const y of seen) gradient -= (1 - score(y)) * y[d]
    for (let i = 0; i < items; i++) gradient += weights.unobserved * score(row(i)) * row(i)[d]
    expect(Math.abs(gradient)).toBeLessThan(1e-12)
  }
})

test('of all vectors that fit a few items the shortest, even without weights', () => {
  const [items, dim] = [50, 16]
  const rng = createRng(1)
  const rows = Float32Array.from({ length: items * dim }, () => rng.normal())
  const seen = [1, 2, 3].map((i) => [...rows.subarray(i * dim, (i + 1) * dim)])
  const fold = (regularisation: number) =>
    foldIn(seen, gramOf(rows, dim), items, dim, { unobserved: 0, regularisation })
  const shortest = fold(1e-6)
  fold(0).forEach((value, d) => expect(value).toBeCloseTo(shortest[d], 4))
})

test('directions that no item has do no harm, even without regularisation', () => {
  const rows = Float32Array.of(1, 0, 2, 0, 3, 0)
  const x = foldIn([[1, 0]], gramOf(rows, 2), 3, 2, { unobserved: 0, regularisation: 0 })
  expect(x[0]).toBeCloseTo(1, 7)
  expect(x[1]).toBe(0)
  expect([
    ...foldIn([[0, 0]], gramOf(new Float32Array(4), 2), 2, 2, { unobserved: 1, regularisation: 1 }),
  ]).toEqual([0, 0])
})
