import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadCatalogue } from '../catalogue.ts'
import { fittingValues } from './fitting-values.ts'

const { methods, parse } = await loadCatalogue()
const worldOf = (numItems: number) => ({
  numUsers: 10,
  numItems,
  train: { offsets: new Uint32Array(11), items: new Uint32Array(0) },
  dims: { student: 4, teacher: 8 },
})

test('defaults of every method fit any catalogue of twelve items or more after what is advised, and need no advice in a large one', () => {
  fc.assert(
    fc.property(fc.constantFrom(...methods), fc.integer({ min: 12, max: 1000 }), (method, numItems) => {
      const params = parse(method, {}) as Record<string, unknown>
      const world = worldOf(numItems)
      const instead = fittingValues(method, params, world)
      expect(instead).not.toBeNull()
      expect(method.check?.({ ...params, ...instead }, world) ?? []).toEqual([])
    }),
  )
  for (const method of methods)
    expect(fittingValues(method, parse(method, {}) as Record<string, unknown>, worldOf(1e5))).toEqual({})
})

test('what is no number is not advised upon', () => {
  const check = () => ['own.mode: expected sharp, got soft']
  expect(fittingValues({ name: 'own', check }, { mode: 'soft' }, worldOf(10))).toBeNull()
})
