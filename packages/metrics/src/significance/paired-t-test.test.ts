import { InputError } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pairedTTest } from './paired-t-test.ts'

const near = (value: number, expected: number, relative = 1e-6) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected))

test('the golden vector (TV-23)', () => {
  const a = [0.1047, 0.1049, 0.1044, 0.105, 0.1046]
  const b = [0.101, 0.1013, 0.1006, 0.1011, 0.1012]
  const { statistic, df, p } = pairedTTest(a, b)
  near(statistic, 42.779113)
  expect(df).toBe(4)
  near(p, 1.7850196e-6)
})

test('closed forms: 1 degree of freedom is Cauchy, 2 are algebraic', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 2, maxLength: 3 }),
      (d) => {
        fc.pre(Math.max(...d) - Math.min(...d) > 1e-3)
        const { statistic: t, p } = pairedTTest(
          d,
          d.map(() => 0),
        )
        const expected =
          d.length === 2 ? 1 - (2 / Math.PI) * Math.atan(Math.abs(t)) : 1 - Math.abs(t) / Math.sqrt(2 + t * t)
        expect(Math.abs(p - expected)).toBeLessThan(1e-6)
      },
    ),
  )
})

// References from the t distribution of stdlib, another implementation: two tails at (t, df).
test.each([
  [1.96, 5218, 0.05004893500506327],
  [3, 5218, 0.0027125521321332805],
  [40, 5218, 2.0639110786119492e-305],
  [0.01, 41800, 0.9920213350933484],
  [5, 41800, 5.756187868315072e-7],
])('many users: t = %d with %d degrees of freedom', (t, df, expected) => {
  // Half the values 1 above and half 1 below the mean: sd is known, so the mean can be set to reach t.
  const n = df + 1
  const even = n % 2 === 0
  const spread = Float64Array.from({ length: n }, (_, at) =>
    even || at < n - 1 ? (at % 2 === 0 ? 1 : -1) : 0,
  )
  const sd = Math.sqrt((even ? n : n - 1) / (n - 1))
  const values = spread.map((value) => value + (t * sd) / Math.sqrt(n))
  const result = pairedTTest(values, new Float64Array(n))
  near(result.statistic, t, 1e-9)
  near(result.p, expected)
})

test('swapping the sides turns the sign and keeps p; shifting both changes nothing', () => {
  const a = [3, 1, 4, 1, 5]
  const b = [2, 7, 1, 8, 2]
  const one = pairedTTest(a, b)
  const other = pairedTTest(b, a)
  expect(other.statistic).toBe(-one.statistic)
  expect(other.p).toBe(one.p)
  const shifted = pairedTTest(
    a.map((x) => x + 8),
    b.map((x) => x + 8),
  )
  expect(shifted).toEqual(one)
})

test('no difference at all, and the same difference everywhere', () => {
  expect(pairedTTest([1, 2], [1, 2])).toEqual({ statistic: 0, df: 1, p: 1, difference: 0 })
  expect(pairedTTest([0.3, 0.2, 0.1], [0.2, 0.1, 0])).toMatchObject({ statistic: Infinity, p: 0 })
})

test.each<readonly [string, () => unknown, RegExp]>([
  ['lengths', () => pairedTTest([1, 2], [1]), /a has 2 values but b has 1/],
  ['one pair', () => pairedTTest([1], [1]), /2 pairs or more/],
])('malformed input: %s', (_, run, message) => {
  expect(run).toThrow(InputError)
  expect(run).toThrow(message)
})
