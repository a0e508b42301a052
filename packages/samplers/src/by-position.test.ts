import { createRng, NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactInclusion } from '../test/exact-inclusion.ts'
import { expectLaw } from '../test/expect-law.ts'
import { runRace, sampleByPosition } from './by-position.ts'
import { prepareRace } from './position-race.ts'

const range = (n: number) => Uint32Array.from({ length: n }, (_, t) => t)
const weights = (n: number, T: number) => Array.from({ length: n }, (_, t) => Math.exp(-(t + 1) / T))

test('a draw holds candidates only, none twice, in the order of the candidates', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 0, max: 320 }),
      fc.constantFrom(0.02, 0.5, 3, 10, 100, 1e6),
      fc.integer(),
      (n, places, T, seed) => {
        const candidates = range(n).map((t) => 1000 - 3 * t)
        const out = new Uint32Array(places)
        const size = sampleByPosition(candidates, T, out, createRng(seed))
        expect(size).toBe(Math.min(n, places))
        const drawn = [...out.subarray(0, size)]
        expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => b - a))
        expect(drawn.every((item) => candidates.includes(item))).toBe(true)
        expect(out.subarray(size).every((item) => item === NO_ITEM)).toBe(true)
      },
    ),
  )
})

test('kept in draw order, the same set comes with its first draw first', () => {
  const draws = 100_000
  const first = new Float64Array(5)
  const out = new Uint32Array(3)
  const rng = createRng(4)
  for (let d = 0; d < draws; d++) {
    sampleByPosition(range(5), 2, out, rng.at(d), { keepDrawOrder: true })
    first[out[0]]++
    const kept = [...out].sort()
    sampleByPosition(range(5), 2, out, rng.at(d))
    expect([...out]).toEqual(kept)
  }
  const w = weights(5, 2)
  const sum = w.reduce((a, b) => a + b)
  expectLaw(
    first,
    draws,
    w.map((x) => x / sum),
  )
})

test.each([
  [6, 3, 2],
  [9, 4, 1.3],
  [10, 1, 4],
  [10, 9, 30],
])('inclusion frequencies: %i positions, %i drawn, T = %d', (n, size, T) => {
  const draws = 200_000
  const counts = new Float64Array(n)
  const out = new Uint32Array(size)
  const candidates = range(n)
  const rng = createRng(n)
  for (let d = 0; d < draws; d++) {
    sampleByPosition(candidates, T, out, rng.at(d))
    for (const t of out) counts[t]++
  }
  expectLaw(counts, draws, exactInclusion(weights(n, T), size))
})

test.each([-2, -0.7, 0, 1, 5])('the horizon changes no probability (margin %d)', (margin) => {
  const [n, size, T] = [9, 5, 2.5]
  const race = prepareRace(n, size, T, margin)
  const draws = 100_000
  for (const keepDrawOrder of [false, true]) {
    const counts = new Float64Array(n)
    const first = new Float64Array(n)
    const rng = createRng(17)
    for (let d = 0; d < draws; d++) {
      const positions = runRace(race, rng.at(d), keepDrawOrder)
      for (let place = 0; place < size; place++) counts[positions[place]]++
      first[positions[0]]++
    }
    expectLaw(counts, draws, exactInclusion(weights(n, T), size))
    if (keepDrawOrder) expectLaw(first, draws, exactInclusion(weights(n, T), 1))
  }
})

test('as many places as candidates: all of them, in order, without chance', () => {
  const out = new Uint32Array(4)
  sampleByPosition(Uint32Array.of(9, 2, 7, 5), 10, out, createRng(0))
  expect([...out]).toEqual([9, 2, 7, 5])
})

test('a very small T takes the first positions, however many there are', () => {
  const out = new Uint32Array(50)
  sampleByPosition(range(5000), 1e-3, out, createRng(3))
  expect([...out]).toEqual([...range(50)])
  sampleByPosition(range(5000), 1e-3, out, createRng(3), { keepDrawOrder: true })
  expect([...out]).toEqual([...range(50)])
})

test('the same stream gives the same draw, whoever drew before', () => {
  const draw = (user: number) => {
    const out = new Uint32Array(10)
    sampleByPosition(range(40), 10, out, createRng(8).at(user))
    return [...out]
  }
  const forward = [0, 1, 2, 3].map(draw)
  const backward = [3, 2, 1, 0].map(draw).reverse()
  expect(backward).toEqual(forward)
  expect(forward[0]).not.toEqual(forward[1])
})

test('a T that is no temperature is refused', () => {
  expect(() => sampleByPosition(range(4), 0, new Uint32Array(2), createRng(0))).toThrow(
    'sampleByPosition: expected T above 0, got 0',
  )
  expect(() => sampleByPosition(range(4), NaN, new Uint32Array(2), createRng(0))).toThrow('got NaN')
})
