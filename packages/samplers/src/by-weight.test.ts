import { createRng, NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactInclusion } from '../test/exact-inclusion.ts'
import { expectLaw } from '../test/expect-law.ts'
import { sampleByWeight } from './by-weight.ts'

const range = (n: number) => Uint32Array.from({ length: n }, (_, t) => t)

function frequencies(logWeights: number[], size: number, draws: number): Float64Array {
  const counts = new Float64Array(logWeights.length)
  const out = new Uint32Array(size)
  const rng = createRng(21)
  const candidates = range(logWeights.length)
  for (let d = 0; d < draws; d++) {
    sampleByWeight(candidates, Float64Array.from(logWeights), out, rng.at(d))
    for (const t of out) counts[t]++
  }
  return counts
}

test('TV-4: inclusion of the sampling weights of RCE-KD, over 200,000 draws', () => {
  // user 0 of the test vector: counts [2, 2, 1, 1, 1, 0], T = 2, log-weight (c + 1) / T
  const logWeights = [2, 2, 1, 1, 1, 0].map((c) => (c + 1) / 2)
  const published = [0.65225091, 0.65225091, 0.46367356, 0.46367356, 0.46367356, 0.3044775]
  expectLaw(frequencies(logWeights, 3, 200_000), 200_000, published)
  expect(exactInclusion(logWeights.map(Math.exp), 3).map((p) => p.toFixed(8))).toEqual(
    published.map((p) => p.toFixed(8)),
  )
})

test('a constant added to all log-weights changes no draw, however far it is', () => {
  const plain = frequencies([0.5, -1, 2, 0, 1], 2, 2000)
  expect(frequencies([1000.5, 999, 1002, 1000, 1001], 2, 2000)).toEqual(plain)
})

test('weights beyond the range of a double still race', () => {
  expectLaw(frequencies([1000, 1000, 1000, -1000, -1000], 4, 20_000), 20_000, [1, 1, 1, 0.5, 0.5])
})

test('a draw holds candidates only and none twice; zero weights come last', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(-Infinity), fc.double({ min: -50, max: 50, noNaN: true })), {
        minLength: 1,
        maxLength: 60,
      }),
      fc.integer({ min: 0, max: 70 }),
      fc.integer(),
      fc.boolean(),
      (logWeights, places, seed, keepDrawOrder) => {
        const out = new Uint32Array(places)
        const n = logWeights.length
        const size = sampleByWeight(range(n), Float64Array.from(logWeights), out, createRng(seed), {
          keepDrawOrder,
        })
        expect(size).toBe(Math.min(n, places))
        const drawn = out.subarray(0, size)
        expect(new Set(drawn).size).toBe(size)
        expect(drawn.every((t) => t < n)).toBe(true)
        const positive = logWeights.filter((w) => w !== -Infinity).length
        const drawnPositive = drawn.filter((t) => logWeights[t] !== -Infinity).length
        expect(drawnPositive).toBe(Math.min(positive, size))
        expect(out.subarray(size).every((item) => item === NO_ITEM)).toBe(true)
      },
    ),
  )
})

test('fewer weights than places: all of those, the rest uniform', () => {
  const counts = frequencies([0, -Infinity, -Infinity, 5, -Infinity], 3, 30_000)
  expectLaw(counts, 30_000, [1, 1 / 3, 1 / 3, 1, 1 / 3])
})

test('the rest is in random order where draws keep theirs, else in the order of the candidates', () => {
  const logWeights = Float64Array.of(-Infinity, -Infinity, 0, -Infinity, -Infinity)
  const second = new Float64Array(5)
  const out = new Uint32Array(4)
  const rng = createRng(3)
  for (let d = 0; d < 20_000; d++) {
    sampleByWeight(range(5), logWeights, out, rng.at(d), { keepDrawOrder: true })
    second[out[1]]++
    sampleByWeight(range(5), logWeights, out, rng.at(d))
    expect([...out]).toEqual([2, ...[...out.subarray(1)].sort()])
  }
  expectLaw(second, 20_000, [1 / 4, 1 / 4, 0, 1 / 4, 1 / 4])
})

test('in draw order, the first is drawn by its weight', () => {
  const first = new Float64Array(3)
  const out = new Uint32Array(2)
  const rng = createRng(2)
  const logWeights = Float64Array.of(0, Math.log(2), Math.log(3))
  for (let d = 0; d < 50_000; d++) {
    sampleByWeight(range(3), logWeights, out, rng.at(d), { keepDrawOrder: true })
    first[out[0]]++
  }
  expectLaw(first, 50_000, [1 / 6, 2 / 6, 3 / 6])
})

test('bad weights are refused', () => {
  const out = new Uint32Array(1)
  expect(() => sampleByWeight(range(2), Float64Array.of(0, NaN), out, createRng(0))).toThrow(
    'sampleByWeight: log-weight 1 must be a number below Infinity, got NaN',
  )
  expect(() => sampleByWeight(range(2), Float64Array.of(Infinity, 0), out, createRng(0))).toThrow(
    'got Infinity',
  )
  expect(() => sampleByWeight(range(2), Float64Array.of(0), out, createRng(0))).toThrow(
    'sampleByWeight: 2 candidates need as many log-weights, got 1',
  )
})
