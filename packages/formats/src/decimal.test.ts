import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimal } from './decimal.ts'

test('few digits, and the same number', () => {
  expect(decimal(Math.fround(0.1))).toBe(0.1)
  expect(decimal(2 ** -149)).toBe(1.4013e-45)
  expect(decimal(Math.fround(16_777_213))).toBe(16_777_213)
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Math.fround(decimal(value)) === value).toBe(true)
    }),
  )
})
