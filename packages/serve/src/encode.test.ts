import { expect, test } from 'vitest'
import { randomParts } from '../test/parts.ts'
import { encodeBundle, load, type BundleParts } from './index.ts'

const parts = randomParts()

test('equal parts give equal bytes, and every precision is smaller than the one before', () => {
  const [f32, f16, int8] = (['f32', 'f16', 'int8'] as const).map((precision) =>
    encodeBundle({ ...parts, precision }),
  )
  expect(encodeBundle(parts)).toEqual(f32)
  expect(f16.length).toBeLessThan(f32.length)
  expect(int8.length).toBeLessThan(f16.length)
})

test('parts that do not fit together are refused', () => {
  const refused = (change: Partial<BundleParts>) => expect(() => encodeBundle({ ...parts, ...change }))
  refused({ dim: 0 }).toThrow('encodeBundle.dim: expected an integer >= 1, got 0')
  refused({ dim: 7 }).toThrow('encodeBundle.userVectors: expected 7 x 7 numbers, got 56')
  refused({ items: [] }).toThrow('encodeBundle.items: expected at least one')
  refused({ items: parts.items.map(() => 'same') }).toThrow('"same" stands there twice')
  refused({ precision: 'int4' as never }).toThrow('expected f32, f16 or int8, got int4')
  refused({ foldIn: { unobserved: NaN, regularisation: 1 } }).toThrow(
    'foldIn.unobserved: expected a number >= 0',
  )
  const offsets = parts.seen.offsets
  refused({ seen: { offsets: offsets.slice(1), items: parts.seen.items } }).toThrow(
    'seen.offsets: expected 8',
  )
  refused({ seen: { offsets: Uint32Array.of(0, 9, 5, 9, 9, 9, 9, 35), items: parts.seen.items } }).toThrow(
    'not fall',
  )
  refused({ seen: { offsets, items: new Uint32Array(35).fill(100) } }).toThrow(
    'there is no item 100, there are 100',
  )
  const itemVectors = parts.itemVectors.slice()
  itemVectors[17] = NaN
  refused({ itemVectors }).toThrow('itemVectors: NaN at row 2 is not a finite number')
  itemVectors[17] = 70_000
  refused({ itemVectors, precision: 'f16' }).toThrow('itemVectors: 70000 at row 2 is too large for f16')
  itemVectors[17] = 3e38
  refused({ itemVectors, userVectors: parts.userVectors.map((value) => value * 9) }).toThrow(
    /userVectors: with numbers up to .*, and items' up to .*e\+38, scores leave single precision; scale them/,
  )
})

test('seen items may come in any order and twice', async () => {
  const seen = { offsets: Uint32Array.of(0, 4), items: Uint32Array.of(9, 2, 9, 4) }
  const one = { ...parts, users: ['u'], userVectors: parts.userVectors.slice(0, 8), seen }
  expect((await load(encodeBundle(one))).seen('u')).toEqual(['i2', 'i4', 'i9'])
})
