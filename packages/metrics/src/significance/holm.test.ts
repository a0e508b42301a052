import { InputError } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holm } from './holm.ts'

test('four values by hand', () => {
  // Ascending 0.005 × 4, 0.01 × 3, 0.03 × 2, 0.04 × 1, none below the one before.
  const adjusted = holm([0.01, 0.04, 0.03, 0.005])
  ;[0.03, 0.06, 0.06, 0.02].forEach((expected, at) => expect(adjusted[at]).toBeCloseTo(expected, 12))
})

test('between the value itself and Bonferroni, in the same order, at most 1', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (ps) => {
      const adjusted = holm(ps)
      ps.forEach((p, at) => {
        expect(adjusted[at]).toBeGreaterThanOrEqual(p)
        expect(adjusted[at]).toBeLessThanOrEqual(Math.min(1, p * ps.length) + 1e-15)
        ps.forEach((q, other) => {
          if (p < q) expect(adjusted[at]).toBeLessThanOrEqual(adjusted[other])
        })
      })
    }),
  )
})

test.each<readonly [string, () => unknown, RegExp]>([
  ['p above 1', () => holm([0.5, 1.5]), /0 to 1, got 1.5/],
  ['p NaN', () => holm([NaN]), /got NaN/],
])('malformed input: %s', (_, run, message) => {
  expect(run).toThrow(InputError)
  expect(run).toThrow(message)
})
