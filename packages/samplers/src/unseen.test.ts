import { createRng, NO_ITEM } from '@recdistill/core'
import { expect, test } from 'vitest'
import { expectLaw } from '../test/expect-law.ts'
import { drawUnseen } from './unseen.ts'

test.each([[[]], [[0, 1, 2]], [[9, 10, 11]], [[0, 3, 4, 11]], [[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11]]])(
  'every item outside %j comes equally often, the others never',
  (set) => {
    const seen = Uint32Array.from(set)
    const out = new Uint32Array(60_000)
    expect(drawUnseen(12, seen, out, createRng(2))).toBe(60_000)
    const counts = new Float64Array(12)
    for (const item of out) counts[item]++
    expectLaw(counts, 60_000, [...counts.keys()].map((item) => (set.includes(item as never) ? 0 : 1 / (12 - set.length)))) // prettier-ignore
  },
)

test('who has seen everything has nothing left', () => {
  const out = new Uint32Array(3)
  expect(drawUnseen(2, Uint32Array.of(0, 1), out, createRng(0))).toBe(0)
  expect([...out]).toEqual([NO_ITEM, NO_ITEM, NO_ITEM])
})
