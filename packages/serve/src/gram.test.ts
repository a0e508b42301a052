import { expect, test } from 'vitest'
import { randomParts } from '../test/parts.ts'
import { addOuter, gramOf } from './gram.ts'

test('the sum over all rows, however many there are', () => {
  for (const items of [1, 2, 3, 4, 5, 7, 8, 30]) {
    const { itemVectors, dim } = randomParts({ items, dim: 5 })
    const expected = new Float64Array(15)
    for (let row = 0; row < items; row++) addOuter(expected, itemVectors.subarray(row * dim, (row + 1) * dim))
    gramOf(itemVectors, dim).forEach((value, n) => expect(value).toBeCloseTo(expected[n], 10))
  }
})

test('two rows of two, worked by hand', () => {
  expect([...gramOf(Float32Array.of(1, 2, 3, 4), 2)]).toEqual([1 + 9, 2 + 12, 4 + 16])
})
