import { expect, test } from 'vitest'
import { fromHalf, toHalf } from './float16.ts'

test('every half comes back', () => {
  const wrong: number[] = []
  for (let half = 0; half < 65536; half++) {
    const value = fromHalf(half)
    if (Number.isNaN(value) ? !Number.isNaN(fromHalf(toHalf(value))) : toHalf(value) !== half)
      wrong.push(half)
  }
  expect(wrong).toEqual([])
})

test('numbers worked by hand', () => {
  expect(fromHalf(0x3c00)).toBe(1)
  expect(fromHalf(0xc000)).toBe(-2)
  expect(fromHalf(0x7bff)).toBe(65504)
  expect(fromHalf(0x0001)).toBe(2 ** -24)
  expect(fromHalf(0x7c00)).toBe(Infinity)
})

test('the nearest half, of two equally near the even one', () => {
  // halves are in the order of whole numbers
  const wrong: number[] = []
  for (let half = 0; half < 0x7bff; half++) {
    const [low, high] = [fromHalf(half), fromHalf(half + 1)]
    const inside = Math.fround(low + (high - low) * 0.49)
    const right =
      toHalf((low + high) / 2) === half + (half % 2) &&
      toHalf(inside) === half &&
      toHalf(-inside) === (half | 0x8000)
    if (!right) wrong.push(half)
  }
  expect(wrong).toEqual([])
  expect(toHalf(65519.99)).toBe(0x7bff)
  expect(toHalf(65520)).toBe(0x7c00)
  expect(toHalf(1e30)).toBe(0x7c00)
})
