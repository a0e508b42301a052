import { createRng, InputError } from '@recdistill/core'
import { expect, test } from 'vitest'
import { bootstrapInterval } from './bootstrap-interval.ts'

test('the interval of normal differences is close to mean ± 1.96 standard errors', () => {
  const rng = createRng(9)
  const d = Float64Array.from({ length: 2000 }, () => 0.1 + rng.normal())
  const zero = new Float64Array(2000)
  const { low, high } = bootstrapInterval(d, zero)
  const mean = d.reduce((a, b) => a + b, 0) / 2000
  const width = 1.96 / Math.sqrt(2000)
  expect(Math.abs(low - (mean - width))).toBeLessThan(width * 0.15)
  expect(Math.abs(high - (mean + width))).toBeLessThan(width * 0.15)
})

test('the same seed gives the same interval, another one another, less confidence a narrower', () => {
  const a = Array.from({ length: 50 }, (_, n) => (n * 7) % 11)
  const b = a.map((_, n) => n % 5)
  const one = bootstrapInterval(a, b, { seed: 1 })
  expect(bootstrapInterval(a, b, { seed: 1 })).toEqual(one)
  expect(bootstrapInterval(a, b, { seed: 2 })).not.toEqual(one)
  const narrow = bootstrapInterval(a, b, { seed: 1, confidence: 0.5 })
  expect(narrow.high - narrow.low).toBeLessThan(one.high - one.low)
  expect(bootstrapInterval([2, 2], [1, 1])).toMatchObject({ low: 1, high: 1 })
})

test.each<readonly [string, () => unknown, RegExp]>([
  ['infinity', () => bootstrapInterval([Infinity], [1]), /must be finite/],
  ['confidence', () => bootstrapInterval([1], [1], { confidence: 1 }), /confidence/],
  ['resamples', () => bootstrapInterval([1], [1], { resamples: 0 }), /resamples/],
])('malformed input: %s', (_, run, message) => {
  expect(run).toThrow(InputError)
  expect(run).toThrow(message)
})
