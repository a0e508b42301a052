import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import { expectLaw } from '../test/expect-law.ts'
import { below } from './below.ts'
import { floydSample } from './floyd.ts'
import { kthSmallest } from './kth-smallest.ts'

test('every set of two of four comes equally often', () => {
  const counts = new Map<string, number>()
  const out = new Uint32Array(2)
  const rng = createRng(5)
  for (let d = 0; d < 60_000; d++) {
    floydSample(4, out, rng.at(d))
    const key = [...out].sort().join()
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  expect([...counts.keys()].sort()).toEqual(['0,1', '0,2', '0,3', '1,2', '1,3', '2,3'])
  expectLaw([...counts.values()], 60_000, new Array<number>(6).fill(1 / 6))
})

test('all of them, and too many', () => {
  const out = new Uint32Array(5)
  floydSample(5, out, createRng(1))
  expect([...out].sort()).toEqual([0, 1, 2, 3, 4])
  expect(() => floydSample(4, out, createRng(1))).toThrow(
    'floydSample: expected at most 4 places for 4 numbers, got 5',
  )
})

test('below is uniform, for ranges below and above the exact product', () => {
  const rng = createRng(12)
  const small = new Float64Array(3)
  const thirds = new Float64Array(3)
  const wide = 3 * 2 ** 29
  for (let d = 0; d < 60_000; d++) {
    small[below(3, rng)]++
    const drawn = below(wide, rng)
    expect(drawn).toBeLessThan(wide)
    thirds[Math.floor(drawn / 2 ** 29)]++
  }
  expectLaw(small, 60_000, [1 / 3, 1 / 3, 1 / 3])
  expectLaw(thirds, 60_000, [1 / 3, 1 / 3, 1 / 3])
})

test('the k-th smallest is the k-th of a full sort', () => {
  const rng = createRng(77)
  for (let round = 0; round < 300; round++) {
    const values = Float64Array.from({ length: 1 + rng.int(80) }, () => rng.int(round % 2 ? 5 : 1e6))
    const k = 1 + rng.int(values.length)
    const sorted = values.slice().sort()
    expect(kthSmallest(values, values.length, k)).toBe(sorted[k - 1])
  }
})
