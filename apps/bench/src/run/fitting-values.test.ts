import { parseParams } from '@recdistill/plugin'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadCatalogue } from '../catalogue.ts'
import { z } from 'zod'
import { fittingValues, suitLargeData } from './fitting-values.ts'

const { methods } = await loadCatalogue()
const worldOf = (numItems: number) => ({
  numUsers: 10,
  numItems,
  train: { offsets: new Uint32Array(11), items: new Uint32Array(0) },
  dims: { student: 4, teacher: 8 },
})

test('defaults of every method fit any catalogue of twelve items or more after what is advised, and need no advice in a large one', () => {
  fc.assert(
    fc.property(fc.constantFrom(...methods), fc.integer({ min: 12, max: 1000 }), (method, numItems) => {
      const params = parseParams(method) as Record<string, unknown>
      const world = worldOf(numItems)
      const instead = fittingValues(method, params, world)
      expect(instead).not.toBeNull()
      expect(method.check?.({ ...params, ...instead }, world) ?? []).toEqual([])
    }),
  )
  for (const method of methods)
    expect(fittingValues(method, parseParams(method) as Record<string, unknown>, worldOf(1e5))).toEqual({})
})

test('all lengths of lists keep their proportions, and are as long as can be', () => {
  const rrd = methods.find(({ name }) => name === 'rrd')!
  const params = parseParams(rrd, { K: 100, L: 200, maxK: 500 })
  expect(fittingValues(rrd, params, worldOf(150))).toEqual({ K: 21, L: 42, maxK: 107 })
})

test('what a person wrote stays, and the rest fits around it or nothing is proposed', () => {
  const rrd = methods.find(({ name }) => name === 'rrd')!
  const params = parseParams(rrd, { K: 100, L: 200, maxK: 500 })
  expect(fittingValues(rrd, params, worldOf(150), { keep: ['K'] })).toEqual({ L: 42, maxK: 107 })
  expect(fittingValues(rrd, params, worldOf(90), { keep: ['K'] })).toBeNull()
  expect(fittingValues(rrd, params, worldOf(150), { keep: ['K', 'L', 'maxK'] })).toBeNull()
})

test('values are no smaller than their declarations allow', () => {
  const shape = { even: z.int().multipleOf(2).default(40), pair: z.int().min(2).default(4) }
  const own = {
    name: 'own',
    params: z.object(shape),
    check: ({ even, pair }: Record<string, unknown>, { numItems }: { numItems: number }) => [
      ...(Number(even) > numItems ? ['own.even: too long'] : []),
      ...(Number(pair) > numItems ? ['own.pair: too long'] : []),
    ],
  }
  expect(fittingValues(own, { even: 40, pair: 4 }, worldOf(7))).toEqual({ even: 6, pair: 2 })
  expect(fittingValues(own, { even: 40, pair: 4 }, worldOf(1))).toBeNull()
})

test('values that contradict each other do so in any catalogue', () => {
  const rrd = methods.find(({ name }) => name === 'rrd')!
  expect(suitLargeData(rrd, parseParams(rrd, { K: 100, maxK: 500 }))).toBe(true)
  expect(suitLargeData(rrd, parseParams(rrd, { K: 100, maxK: 50 }))).toBe(false)
})

test('of values that contradict each other the one complained of is advised upon alone', () => {
  const rrd = methods.find(({ name }) => name === 'rrd')!
  const params = parseParams(rrd, { K: 5000, L: 100, maxK: 500 })
  expect(fittingValues(rrd, params, worldOf(3000))).toEqual({ K: 500 })
})

test('what is no number is not advised upon', () => {
  const check = () => ['own.mode: expected sharp, got soft']
  const own = { name: 'own', params: z.object({ mode: z.string() }), check }
  expect(fittingValues(own, { mode: 'soft' }, worldOf(10))).toBeNull()
})
