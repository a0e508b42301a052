import { createRng, NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLaw } from '../test/expect-law.ts'
import { sampleExcept } from './except.ts'

const someItems = (numItems: number) => fc.array(fc.nat(numItems - 1), { maxLength: 2 * numItems })

test('a drawn list holds no excluded item and no item twice, and all there is when little is left', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 60 })
        .chain((numItems) => fc.tuple(fc.constant(numItems), someItems(numItems), someItems(numItems))),
      fc.integer({ min: 0, max: 70 }),
      fc.integer(),
      ([numItems, one, other], places, seed) => {
        const excluded = new Set([...one, ...other])
        const out = new Uint32Array(places)
        const sets = [Uint32Array.from([...one, NO_ITEM]), Uint32Array.from(other)]
        const size = sampleExcept(numItems, sets, out, createRng(seed))
        expect(size).toBe(Math.min(places, numItems - excluded.size))
        const drawn = out.subarray(0, size)
        expect(new Set(drawn).size).toBe(size)
        for (const item of drawn) expect(item < numItems && !excluded.has(item)).toBe(true)
        expect(out.subarray(size).every((item) => item === NO_ITEM)).toBe(true)
      },
    ),
  )
})

test.each([
  ['by rejection', 12, [3, 4], 3],
  ['by shuffle', 12, [0, 3, 4, 7, 8, 11], 4],
])('every open item is equally likely, at every place (%s)', (_, numItems, seen, size) => {
  const draws = 60_000
  const counts = new Float64Array(numItems)
  const last = new Float64Array(numItems)
  const out = new Uint32Array(size)
  const rng = createRng(6)
  for (let d = 0; d < draws; d++) {
    sampleExcept(numItems, [Uint32Array.from(seen)], out, rng.at(d))
    for (const item of out) counts[item]++
    last[out[size - 1]]++
  }
  const open = numItems - seen.length
  const isOpen = Array.from({ length: numItems }, (_, item) => !seen.includes(item))
  expectLaw(
    counts,
    draws,
    isOpen.map((is) => (is ? size / open : 0)),
  )
  expectLaw(
    last,
    draws,
    isOpen.map((is) => (is ? 1 / open : 0)),
  )
})

test('an excluded item outside the catalogue is an error', () => {
  expect(() => sampleExcept(5, [Uint32Array.of(5)], new Uint32Array(1), createRng(0))).toThrow(
    'sampleExcept: excluded item 5 is not among the 5 items of the catalogue',
  )
})

test('many calls in a row leave nothing behind', () => {
  const out = new Uint32Array(1)
  for (let d = 0; d < 1000; d++) {
    sampleExcept(3, [Uint32Array.of(d % 3, (d + 1) % 3)], out, createRng(d))
    expect(out[0]).toBe((d + 2) % 3)
  }
})
