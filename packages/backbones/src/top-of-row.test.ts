import { NO_ITEM, NumericError } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { positionsInRow, topOfRow } from './top-of-row.ts'

const scoresOf = fc.array(fc.constantFrom(-2, -0.5, 0, 0.25, 1, 7, -Infinity), {
  minLength: 1,
  maxLength: 40,
})

test('top and positions equal a full sort, with ties, exclusion and more places than items', () => {
  fc.assert(
    fc.property(
      scoresOf,
      fc.infiniteStream(fc.boolean()),
      fc.integer({ min: 1, max: 50 }),
      (values, drop, k) => {
        const scores = Float32Array.from(values)
        const excluded = Uint32Array.from(values.keys()).filter(() => drop.next().value as boolean)
        const left = [...values.keys()].filter((item) => !excluded.includes(item))
        const sorted = left.sort((a, b) => scores[b] - scores[a] || (scores[a] === scores[b] ? a - b : 0))
        const [items, by] = [new Uint32Array(k), new Float32Array(k)]
        topOfRow(scores, excluded, items, by)
        const expected = Array.from({ length: k }, (_, n) => sorted[n] ?? NO_ITEM)
        expect([...items]).toEqual(expected)
        expect([...by]).toEqual(expected.map((item) => (item === NO_ITEM ? -Infinity : scores[item])))

        const asked = Uint32Array.from([...sorted, NO_ITEM, ...sorted].reverse())
        const out = new Uint32Array(asked.length)
        positionsInRow(scores, excluded, asked, out)
        expect([...out]).toEqual(
          [...asked].map((item) => (item === NO_ITEM ? NO_ITEM : sorted.indexOf(item))),
        )
      },
    ),
  )
})

test('an excluded item has the position it would have', () => {
  const out = new Uint32Array(2)
  positionsInRow(Float32Array.of(5, 4, 3, 2), Uint32Array.of(1, 2), Uint32Array.of(2, 3), out)
  expect([...out]).toEqual([1, 1])
})

test('NaN is refused', () => {
  const nan = Float32Array.of(1, NaN)
  const none = new Uint32Array(0)
  expect(() => topOfRow(nan, none, new Uint32Array(1), new Float32Array(1))).toThrow(NumericError)
  expect(() => positionsInRow(nan, none, Uint32Array.of(0), new Uint32Array(1))).toThrow(NumericError)
})
