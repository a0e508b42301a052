import { createRng, groupByUser, hasItem, sortRows } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLaw } from '../test/expect-law.ts'
import { drawNegatives } from './negatives.ts'

const seen = sortRows(groupByUser(3, Uint32Array.of(0, 0, 2, 2, 2), Uint32Array.of(4, 1, 0, 2, 5)))

test('a negative was not seen by the user of its pair', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, perPair) => {
      const out = new Uint32Array(5 * perPair)
      drawNegatives(seen, 7, out, createRng(seed), { perPair })
      for (let p = 0; p < 5; p++)
        for (let n = 0; n < perPair; n++) {
          const item = out[p * perPair + n]
          expect(item).toBeLessThan(7)
          expect(hasItem(seen, p < 2 ? 0 : 2, item)).toBe(false)
        }
    }),
  )
})

test('every unseen item is equally likely', () => {
  const counts = new Float64Array(7)
  const draws = 60_000
  const out = new Uint32Array(5)
  const rng = createRng(9)
  for (let d = 0; d < draws; d++) {
    drawNegatives(seen, 7, out, rng.fork(d))
    counts[out[0]]++
  }
  expectLaw(counts, draws, [0.2, 0, 0.2, 0.2, 0, 0.2, 0.2])
})

test('dividing the users, in any order, gives the same negatives', () => {
  const whole = new Uint32Array(10)
  drawNegatives(seen, 7, whole, createRng(3), { perPair: 2 })
  const parts = new Uint32Array(10)
  drawNegatives(seen, 7, parts, createRng(3), { perPair: 2, users: [2, 3] })
  drawNegatives(seen, 7, parts, createRng(3), { perPair: 2, users: [0, 2] })
  expect(parts).toEqual(whole)
})

test('a user who has seen everything is named', () => {
  const all = groupByUser(2, Uint32Array.of(1, 1, 1), Uint32Array.of(0, 1, 2))
  expect(() => drawNegatives(all, 3, new Uint32Array(3), createRng(0))).toThrow(
    'drawNegatives: user 1 has seen all 3 items, so no negative exists; drop the user or add items',
  )
})

test('an item outside the catalogue and a wrong length are named', () => {
  expect(() => drawNegatives(seen, 5, new Uint32Array(5), createRng(0))).toThrow(
    'drawNegatives: user 2 has item 5, the catalogue has 5 items',
  )
  expect(() => drawNegatives(seen, 7, new Uint32Array(4), createRng(0), { perPair: 2 })).toThrow(
    'drawNegatives: expected out of 5 pairs x 2 = 10 places, got 4',
  )
})
