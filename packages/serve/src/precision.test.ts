import fc from 'fast-check'
import { expect, test } from 'vitest'
import { roundTo, toInt8Rows } from './precision.ts'

test('rows in int8, worked by hand', () => {
  const { values, scales } = toInt8Rows(Float32Array.of(127, -63.5, 0.4, 0, 0, 0, -2, 1, 0.5), 3)
  expect([...scales]).toEqual([1, 0, Math.fround(2 / 127)])
  // 63.5 and 31.75 round away from zero
  expect([...values]).toEqual([127, -64, 0, 0, 0, 0, -127, 64, 32])
})

const rows = fc.integer({ min: 1, max: 9 }).chain((dim) =>
  fc
    .array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }), {
      minLength: dim,
      maxLength: dim * 6,
    })
    .map((all) => ({ dim, values: Float32Array.from(all.slice(0, all.length - (all.length % dim))) })),
)

test('int8 is off by half a step at most, f16 by 2^-11 of a number, f32 by nothing', () => {
  fc.assert(
    fc.property(rows, ({ dim, values }) => {
      const int8 = roundTo('int8', values, dim)
      const f16 = roundTo('f16', values, dim)
      expect(roundTo('f32', values, dim)).toEqual(values)
      for (let n = 0; n < values.length; n++) {
        const row = values.subarray(n - (n % dim), n - (n % dim) + dim)
        const step = Math.max(...row.map(Math.abs)) / 127
        expect(Math.abs(int8[n] - values[n])).toBeLessThanOrEqual(0.5001 * step + 127 * 2 ** -149)
        expect(Math.abs(f16[n] - values[n])).toBeLessThanOrEqual(
          Math.max(2 ** -25, Math.abs(values[n]) * 2 ** -11),
        )
      }
    }),
  )
})
