import { expect, test } from 'vitest'
import { fromBfloat, fromHalf, toHalf } from './half.ts'

const f32 = (...values: number[]) => Float32Array.from(values)

test('known halves', () => {
  const values = f32(0, -0, 1, -2, 65504, 2 ** -24, 2 ** -14, Infinity, -Infinity)
  const bits = [0, 0x8000, 0x3c00, 0xc000, 0x7bff, 1, 0x0400, 0x7c00, 0xfc00]
  expect(Array.from(toHalf(values))).toEqual(bits)
  expect(fromHalf(Uint16Array.from(bits))).toEqual(values)
})

test('every half survives the way to single precision and back', () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, n) => n).filter((n) => (n & 0x7fff) <= 0x7c00)
  expect(toHalf(fromHalf(bits))).toEqual(bits)
  expect(Number.isNaN(fromHalf(toHalf(f32(NaN)))[0])).toBe(true)
})

test('between two halves the nearer is taken, in the middle the even one', () => {
  const step = 2 ** -10
  const near = f32(1 + step / 2, 1 + 1.5 * step, 1 + 0.51 * step, 65519, 65520, 2 ** -25, 2 ** -25 * 1.01)
  expect(Array.from(fromHalf(toHalf(near)))).toEqual([
    1,
    1 + 2 * step,
    1 + step,
    65504,
    Infinity,
    0,
    2 ** -24,
  ])
})

test('bfloat16 is the upper half of a single', () => {
  expect(fromBfloat(Uint16Array.of(0x3f80, 0xc000, 0x0001))).toEqual(f32(1, -2, 2 ** -133))
})
