import { createRng, InputError } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wilcoxonSignedRank } from './wilcoxon-signed-rank.ts'

const near = (value: number, expected: number, relative = 1e-6) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected))

// Darwin's maize, the standard example: rank sums 96 and 24, exact p 0.0412597656.
const maize = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]

test("Darwin's maize", () => {
  const result = wilcoxonSignedRank(
    maize,
    maize.map(() => 0),
  )
  expect(result).toMatchObject({ statistic: 96, n: 15, method: 'exact' })
  near(result.p, 0.041259765625, 1e-12)
})

test('all signs counted out by hand, ties and zeros included', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 9 }), (d) => {
      const kept = d.filter((value) => value !== 0)
      const sizes = kept.map(Math.abs)
      const ranks = sizes.map(
        (size) => sizes.filter((s) => s < size).length + (sizes.filter((s) => s === size).length + 1) / 2,
      )
      const sums = Array.from({ length: 2 ** kept.length }, (_, signs) =>
        ranks.reduce((sum, rank, at) => sum + ((signs >> at) & 1 ? rank : 0), 0),
      )
      const own = ranks.reduce((sum, rank, at) => sum + (kept[at] > 0 ? rank : 0), 0)
      const tail = (test: (sum: number) => boolean) => sums.filter(test).length / sums.length
      const expected = Math.min(
        1,
        2 *
          Math.min(
            tail((s) => s <= own),
            tail((s) => s >= own),
          ),
      )
      const result = wilcoxonSignedRank(
        d,
        d.map(() => 0),
      )
      expect(result.n).toBe(kept.length)
      expect(result.p).toBeCloseTo(kept.length === 0 ? 1 : expected, 12)
    }),
  )
})

test('the normal approximation takes over near the exact value', () => {
  const rng = createRng(4)
  // The 51st difference is the smallest and hardly matters.
  const d = Array.from({ length: 51 }, (_, n) => (n < 50 ? rng.normal() + 0.3 : 1e-9))
  const approximate = wilcoxonSignedRank(
    d,
    d.map(() => 0),
  )
  const exact = wilcoxonSignedRank(
    d.slice(0, 50),
    d.slice(0, 50).map(() => 0),
  )
  expect(approximate.method).toBe('normal')
  expect(exact.method).toBe('exact')
  expect(Math.abs(approximate.p - exact.p)).toBeLessThan(0.02)
})

test('ties narrow the spread: the normal approximation by hand', () => {
  // 60 differences of the same size, 40 of them positive: every rank is 30.5.
  const d = Array.from({ length: 60 }, (_, at) => (at < 40 ? 1 : -1))
  const { statistic, p } = wilcoxonSignedRank(
    d,
    d.map(() => 0),
  )
  expect(statistic).toBe(40 * 30.5)
  const variance = (60 * 61 * 121) / 24 - (60 ** 3 - 60) / 48
  const z = (40 * 30.5 - (60 * 61) / 4) / Math.sqrt(variance)
  near(z, 2.5819888974716, 1e-9) // (40 - 20) / sqrt(60): with one size the test is the sign test.
  near(p, 0.00982327450598, 1e-6) // Two tails of the normal distribution at that z.
})

test('only zeros say nothing', () => {
  expect(wilcoxonSignedRank([1, 1], [1, 1])).toMatchObject({ n: 0, p: 1 })
})

test.each<readonly [string, () => unknown, RegExp]>([
  ['no pairs', () => wilcoxonSignedRank([], []), /1 pairs or more/],
  ['NaN', () => wilcoxonSignedRank([NaN], [1]), /pair 0 is NaN and 1/],
])('malformed input: %s', (_, run, message) => {
  expect(run).toThrow(InputError)
  expect(run).toThrow(message)
})
