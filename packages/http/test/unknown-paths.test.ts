import { expect, test } from 'vitest'
import { notFound } from '../src/problem-of.ts'

test('an address that is none because of an id says how ids are written in addresses', () => {
  const hint = (path: string) => notFound('GET', path, [])[0].hint
  expect(hint('/v1/items/SKU/100/similar')).toBe(
    'GET /openapi.json lists all paths; an id is escaped in them, / as %2F, ? as %3F, # as %23',
  )
  expect(hint('/v2/items')).toBe('GET /openapi.json lists all paths')
})
