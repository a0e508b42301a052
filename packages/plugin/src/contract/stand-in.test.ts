import { expect, test } from 'vitest'
import { NO_ITEM } from '../index.ts'
import { rankedBy } from './stand-in.ts'

test('a position counts the items before, of which those that are left out are none', () => {
  const items = Float64Array.of(3, 5, 1, 4)
  const model = { numUsers: 1, numItems: 4, dim: 1, users: Float64Array.of(1), items }
  const ranked = rankedBy(model, 0, Uint32Array.of(1, 2))
  const asked = Uint32Array.of(0, 1, 2, 3, NO_ITEM)
  expect([...ranked.positionOf(asked)]).toEqual([2, 0, 3, 1, NO_ITEM])
  // as a trainer's models answer: seen items stand where they would stand among the others
  expect([...ranked.positionOf(asked, { seen: 'skip' })]).toEqual([1, 0, 2, 0, NO_ITEM])
})
