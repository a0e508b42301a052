import { NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuseRankings } from './index.ts'

const fused = (rankings: number[][], size: number) => {
  const out = new Uint32Array(size).fill(99)
  const taken = fuseRankings(
    rankings.map((ranking) => Uint32Array.from(ranking)),
    out,
  )
  expect([...out.subarray(taken)].every((item) => item === 99)).toBe(true)
  return [...out.subarray(0, taken)]
}

test('by hand: second in both beats first in one', () => {
  // 7: 2 / 62; 3 and 5: 1 / 61 each, the smaller first
  expect(fused([[5, 7], [3, 7]], 3)).toEqual([7, 3, 5]) // prettier-ignore
  expect(fused([[5, 7], [3, 7]], 2)).toEqual([7, 3]) // prettier-ignore
})

test('one ranking is taken as it is, and a short one fills what it can', () => {
  expect(fused([[4, 2, 9, 1]], 3)).toEqual([4, 2, 9])
  expect(fused([[4, 2]], 5)).toEqual([4, 2])
  expect(fused([[], []], 2)).toEqual([])
})

test('an item above another everywhere stays above, and the order of the rankings does not matter', () => {
  const ranking = fc.shuffledSubarray([...Array(12).keys()], { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(fc.array(ranking, { minLength: 1, maxLength: 5 }), (rankings) => {
      const order = fused(rankings, 12)
      expect(fused([...rankings].reverse(), 12)).toEqual(order)
      for (let a = 0; a < 12; a++)
        for (let b = 0; b < 12; b++)
          if (rankings.every((one) => one.indexOf(a) < one.indexOf(b)))
            expect(order.indexOf(a)).toBeLessThan(order.indexOf(b))
    }),
  )
})

test('a list ends at its padding', () => {
  expect(
    fused(
      [
        [1, 2, NO_ITEM, NO_ITEM],
        [2, NO_ITEM],
      ],
      4,
    ),
  ).toEqual([2, 1])
})
