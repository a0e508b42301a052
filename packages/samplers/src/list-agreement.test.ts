import { NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listAgreement } from './index.ts'

const list = (...items: number[]) => Uint32Array.from(items)

test('TV-10: the order of the teacher plays no part, the place in the student list does', () => {
  const agreement = listAgreement(list(3, 9, 1, 7, 4), list(1, 2, 3, 4, 5), 5, 10)
  expect(agreement).toBeCloseTo(0.65739986, 8)
  expect(listAgreement(list(3, 9, 1, 7, 4), list(5, 4, 3, 2, 1), 5, 10)).toBe(agreement)
})

test('two items, worked by hand', () => {
  const [first, second] = [2 ** 1 - 1, (2 ** Math.exp(-0.1) - 1) / Math.log2(3)]
  expect(listAgreement(list(0, 1), list(1, 2), 2, 3)).toBeCloseTo(second / (first + second), 12)
  expect(listAgreement(list(0, 1, 2), list(1, 0, 2), 1, 3)).toBe(0) // only the first of each
})

const permutation = fc.shuffledSubarray([...Array(20).keys()], { minLength: 20, maxLength: 20 })

test('equal sets agree wholly, disjoint ones not at all, and a longer common start never lowers it', () => {
  fc.assert(
    fc.property(permutation, permutation, fc.integer({ min: 1, max: 10 }), (a, b, k) => {
      const of = (student: number[], teacher: number[]) =>
        listAgreement(list(...student), list(...teacher), k, 20)
      expect(of(a, [...a.slice(0, k)].reverse())).toBeCloseTo(1, 12)
      expect(of(a.slice(0, 10), a.slice(10))).toBe(0)
      const agreement = of(a, b)
      expect(agreement).toBeGreaterThanOrEqual(0)
      expect(agreement).toBeLessThanOrEqual(1)
      expect(of([b[0], ...a.filter((item) => item !== b[0])], b)).toBeGreaterThanOrEqual(
        of([...a.filter((item) => item !== b[0]), b[0]], b),
      )
    }),
  )
})

test('short and empty lists', () => {
  expect(listAgreement(list(4), list(4, 5), 50, 6)).toBe(1)
  expect(listAgreement(list(), list(1), 5, 6)).toBe(0)
  expect(listAgreement(list(1), list(), 5, 6)).toBe(0)
})

test('a list ends at its padding', () => {
  expect(listAgreement(list(3, NO_ITEM, NO_ITEM), list(3, 5, NO_ITEM), 3, 10)).toBe(1)
})
