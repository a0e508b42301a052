import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  armOf,
  drawTrials,
  precisions,
  readTarget,
  sizesFor,
  tableBytes,
  targetInWords,
  type Arm,
} from './index.ts'

const rrd = armOf({
  kind: 'mf',
  method: 'rrd',
  lambda: 0.1,
  params: { K: 50, T: 10, noSort: false },
  fixed: [],
})
const kd = armOf({ kind: 'lightgcn', method: 'kd', lambda: 0, params: { tau: 1 }, fixed: ['lr'] })

test('an arm searches the rate, lambda and the letters that papers share, but not what was said', () => {
  expect(Object.keys(rrd.ranges)).toEqual(['lr', 'lambda', 'K'])
  expect(rrd.ranges.K).toEqual({ choice: [25, 50, 100] })
  expect(rrd.defaults).toEqual({ lr: 0.005, lambda: 0.1 })
  expect(kd.ranges).toEqual({ tau: { choice: [0.5, 1, 2] } })
  expect(kd.defaults).toEqual({ lambda: 0 })
})

test('drawn students lie in their ranges, share arms and sizes evenly, and are the same for the same seed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (count, seed) => {
      const space = { arms: [rrd, kd], dims: [4, 8, 16] }
      const trials = drawTrials(space, count, seed)
      expect(trials).toEqual(drawTrials(space, count, seed))
      expect(trials).toHaveLength(count)
      expect(new Set(trials.map(({ id }) => id)).size).toBe(count)
      expect(trials.map(({ id }) => Number(id.split('-')[0]))).toEqual(trials.map((_, n) => n + 1))
      const of = (method: string) => trials.filter((trial) => trial.method === method)
      expect(Math.abs(of('rrd').length - of('kd').length)).toBeLessThanOrEqual(1)
      for (const dim of space.dims) {
        const share = of('rrd').filter((trial) => trial.dim === dim).length
        expect(Math.abs(share - of('rrd').length / 3)).toBeLessThan(1)
      }
      for (const { values } of of('rrd')) {
        expect(values.lr).toBeGreaterThanOrEqual(0.001)
        expect(values.lr).toBeLessThanOrEqual(0.02)
        expect(values.lambda).toBeGreaterThanOrEqual(0.01)
        expect(values.lambda).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('the first student of an arm has its defaults; the others one value in every stratum', () => {
  const arm: Arm = {
    kind: 'mf',
    method: 'm',
    ranges: { x: { low: 0, high: 1, scale: 'linear' } },
    defaults: { x: 0.5 },
  }
  const trials = drawTrials({ arms: [arm], dims: [8] }, 10, 7)
  expect(trials[0].values).toEqual({ x: 0.5 })
  const strata = trials.slice(1).map(({ values }) => Math.floor(Number(values.x) * 10))
  expect(new Set(strata).size).toBe(9)
})

test('nothing to choose from is refused', () => {
  expect(() => drawTrials({ arms: [], dims: [4] }, 3, 0)).toThrow('no arm or no size')
  expect(() => drawTrials({ arms: [rrd], dims: [4] }, 0, 0)).toThrow('drawTrials.count')
})

test('targets are read as people write them', () => {
  expect(readTarget({ budget: '5MB' })).toEqual({ goal: 'budget', bytes: 5_000_000 })
  expect(readTarget({ budget: '512 KiB' })).toEqual({ goal: 'budget', bytes: 524_288 })
  expect(readTarget({ budget: '1000' })).toEqual({ goal: 'budget', bytes: 1000 })
  expect(readTarget({ latency: '2ms' })).toEqual({ goal: 'latency', microseconds: 2000 })
  expect(readTarget({ latency: '.5us' })).toEqual({ goal: 'latency', microseconds: 0.5 })
  expect(readTarget({ keep: '98%' })).toEqual({ goal: 'keep', share: 0.98 })
  expect(readTarget({ keep: '0.95' })).toEqual({ goal: 'keep', share: 0.95 })
  expect(targetInWords({ goal: 'keep', share: 0.95 })).toContain('95 %')
})

test.each([
  [{}, 'got none'],
  [{ budget: '5MB', keep: '0.9' }, 'got --budget and --keep'],
  [{ budget: '5 apples' }, '--budget: expected an amount such as 5MB'],
  [{ budget: '0' }, '--budget'],
  [{ latency: '2' }, '--latency: expected an amount such as 2ms'],
  [{ keep: '0' }, '--keep'],
  [{ keep: '98' }, '--keep: expected a share'],
  [{ keep: '-1' }, '--keep'],
])('%o is refused', (given, message) => {
  expect(() => readTarget(given)).toThrow(message)
})

test('sizes of a budget are those that fit, with the largest that fits in each precision', () => {
  const rows = 1000
  const target = { goal: 'budget', bytes: 100_000 } as const
  // 100 bytes a row: 25 numbers of f32 (24 in twos), 50 of f16, 96 of int8
  expect(sizesFor(target, { rows, largest: 400 })).toEqual([4, 8, 16, 24, 32, 50, 64, 96])
  expect(tableBytes(rows, 96, 'int8')).toBe(100_000)
  expect(sizesFor(target, { rows, largest: 20 })).toEqual([4, 8, 16, 20])
  expect(sizesFor({ goal: 'keep', share: 0.9 }, { rows, largest: 64 })).toEqual([4, 8, 16, 32, 64])
  expect(sizesFor({ goal: 'keep', share: 0.9 }, { rows, largest: 3 })).toEqual([3])
  expect(() => sizesFor({ goal: 'budget', bytes: 1999 }, { rows, largest: 64 })).toThrow(
    'less than the smallest student',
  )
})

test('every size of a budget fits in some precision, and the smallest budget has a size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 2, max: 3000 }), (rows, perRow) => {
      const target = { goal: 'budget', bytes: rows * perRow } as const
      const sizes = sizesFor(target, { rows, largest: 512 })
      expect(sizes.length).toBeGreaterThan(0)
      for (const dim of sizes)
        expect(Math.min(...precisions.map((p) => tableBytes(rows, dim, p)))).toBeLessThanOrEqual(target.bytes)
    }),
  )
})
