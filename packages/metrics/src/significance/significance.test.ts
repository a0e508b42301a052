import { createRng, InputError, type ModelRun } from '@recdistill/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bootstrapInterval,
  compareModels,
  comparePairs,
  holm,
  pairedTTest,
  wilcoxonSignedRank,
} from './index.ts'

const near = (value: number, expected: number, relative = 1e-6) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected))

describe('paired t-test', () => {
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
            d.length === 2
              ? 1 - (2 / Math.PI) * Math.atan(Math.abs(t))
              : 1 - Math.abs(t) / Math.sqrt(2 + t * t)
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
})

describe('Wilcoxon signed rank', () => {
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
})

describe('Holm', () => {
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
})

describe('bootstrap', () => {
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
})

describe('comparing the models of a result', () => {
  const rng = createRng(3)
  const noise = Array.from({ length: 200 }, () => rng.float())
  const model = (label: string, role: ModelRun['role'], seed: number, gain: number, users = true) =>
    ({
      label,
      role,
      seed,
      test: { 'ndcg@10': 0.1 + gain + seed * 0.001 },
      perUser: users ? { 'ndcg@10': noise.map((value, n) => value + gain * (1 + (n % 3))) } : null,
    }) as unknown as ModelRun

  test('each method with scratch, the best with the others; over users and over shared seeds', () => {
    const models = [0, 1, 2].flatMap((seed) => [
      model('teacher', 'teacher', seed, 0.2),
      model('scratch', 'scratch', seed, 0),
      model('rrd', 'distilled', seed, 0.05 + seed * 0.01),
      model('rce-kd', 'distilled', seed, 0.1),
    ])
    const found = compareModels(models)
    const named = found.map(({ a, b, over }) => `${a} ${b} ${over}`)
    expect(named).toEqual([
      'rrd scratch users',
      'rce-kd scratch users',
      'rce-kd rrd users',
      'rrd scratch seeds',
      'rce-kd scratch seeds',
      'rce-kd rrd seeds',
    ])
    expect(found[0]).toMatchObject({ n: 200, metric: 'ndcg@10' })
    expect(found[0].interval!.low).toBeGreaterThan(0)
    expect(found[3]).toMatchObject({ n: 3, interval: null })
    expect(found[3].difference).toBeCloseTo(0.06, 12)
    for (const { t, wilcoxon } of found) {
      expect(t.adjusted).toBeGreaterThanOrEqual(t.p)
      expect(wilcoxon.adjusted).toBeGreaterThanOrEqual(wilcoxon.p)
    }
  })

  test('seeds that failed take no part, and those of the others are compared', () => {
    const models = [0, 1, 2].flatMap((seed) => [
      model('scratch', 'scratch', seed, seed * 0.01),
      seed === 1
        ? { ...model('rrd', 'distilled', seed, 0), failed: 'NaN', test: {}, perUser: null }
        : model('rrd', 'distilled', seed, 0.05),
    ])
    const found = compareModels(models)
    expect(found.map(({ a, b, over, n }) => [a, b, over, n])).toEqual([
      ['rrd', 'scratch', 'users', 200],
      ['rrd', 'scratch', 'seeds', 2],
    ])
    expect(found[1].difference).toBeCloseTo((0.05 + 0.05 - 0.02) / 2, 12)
  })

  test('pairs that are named are tested like those that a result has', () => {
    const seedsOf = (label: string, role: ModelRun['role'], gain: number) =>
      [0, 1, 2].map((seed) => model(label, role, seed, gain + seed * gain))
    const [scratch, rrd] = [seedsOf('scratch', 'scratch', 0), seedsOf('rrd', 'distilled', 0.05)]
    const metrics = ['ndcg@10']
    expect(comparePairs([[rrd, scratch]], { metrics })).toEqual(
      compareModels([...scratch, ...rrd], { metrics }),
    )
    const other = seedsOf('rrd (b)', 'distilled', 0.1)
    const both = comparePairs(
      [
        [other, rrd],
        [rrd, scratch],
      ],
      { metrics },
    )
    expect(both.map(({ a, b, over }) => `${a} ${b} ${over}`)).toEqual([
      'rrd (b) rrd users',
      'rrd scratch users',
      'rrd (b) rrd seeds',
      'rrd scratch seeds',
    ])
    expect(comparePairs([[rrd, scratch]], { metrics: ['hr@5'] })).toEqual([])
  })

  test('one seed and no users kept: nothing to say', () => {
    expect(
      compareModels([model('scratch', 'scratch', 0, 0, false), model('rrd', 'distilled', 0, 1, false)]),
    ).toEqual([])
    expect(compareModels([])).toEqual([])
    expect(compareModels([model('rrd', 'distilled', 0, 1)], { metrics: ['hr@5'] })).toEqual([])
  })
})

describe('malformed input', () => {
  const cases: [string, () => unknown, RegExp][] = [
    ['lengths', () => pairedTTest([1, 2], [1]), /a has 2 values but b has 1/],
    ['one pair', () => pairedTTest([1], [1]), /2 pairs or more/],
    ['no pairs', () => wilcoxonSignedRank([], []), /1 pairs or more/],
    ['NaN', () => wilcoxonSignedRank([NaN], [1]), /pair 0 is NaN and 1/],
    ['infinity', () => bootstrapInterval([Infinity], [1]), /must be finite/],
    ['p above 1', () => holm([0.5, 1.5]), /0 to 1, got 1.5/],
    ['p NaN', () => holm([NaN]), /got NaN/],
    ['confidence', () => bootstrapInterval([1], [1], { confidence: 1 }), /confidence/],
    ['resamples', () => bootstrapInterval([1], [1], { resamples: 0 }), /resamples/],
  ]
  test.each(cases)('%s', (_, run, message) => {
    expect(run).toThrow(InputError)
    expect(run).toThrow(message)
  })
})
