import { createRng, NO_ITEM } from '@recdistill/core'
import { expect, test } from 'vitest'
import { addMissing, drawByWanted, drawNearlyClosed } from './nearly-closed.ts'

const order = Uint32Array.of(4, 2, 7, 1)

test('all of a short order, then wanted items that are neither there nor in the closed set, then padding', () => {
  const out = new Uint32Array(8).fill(NO_ITEM)
  const options = { drawn: 4, T: 1, cap: Infinity, behind: null, numItems: 10 }
  drawNearlyClosed(order, Uint32Array.of(2, 9, 5, 0), Uint32Array.of(5), out, createRng(1), options)
  expect([...out]).toEqual([4, 2, 7, 1, 9, 0, NO_ITEM, NO_ITEM])
})

test('what is added follows what is there', () => {
  const out = Uint32Array.of(3, NO_ITEM, NO_ITEM, NO_ITEM)
  expect(addMissing(Uint32Array.of(3, 6, 8), Uint32Array.of(8), out, 2, 10)).toBe(2)
  expect([...out]).toEqual([3, 6, NO_ITEM, NO_ITEM])
})

/** Share of draws of one item, by position of the order. */
function shares(options: { T: number; cap: number; behind: number | null }, wanted: number[]): number[] {
  const rounds = 40_000
  const counts = new Map([...order].map((item) => [item, 0]))
  const out = new Uint32Array(1)
  const rng = createRng(7)
  for (let round = 0; round < rounds; round++) {
    drawByWanted(order, Uint32Array.from(wanted), out, rng.at(round), { ...options, numItems: 10 })
    counts.set(out[0], (counts.get(out[0]) ?? 0) + 1)
  }
  return [...order].map((item) => (counts.get(item) ?? 0) / rounds)
}

/** Shares that logarithms of weights stand for. */
function expected(logWeights: number[]): number[] {
  const total = logWeights.reduce((sum, weight) => sum + Math.exp(weight), 0)
  return logWeights.map((weight) => Math.exp(weight) / total)
}

test.each([
  ['at and below a position', { T: 2, cap: Infinity, behind: null }, [3 / 2, 3 / 2, 2 / 2, 2 / 2]],
  ['up to a largest count', { T: 2, cap: 1, behind: null }, [1, 1, 1, 1]],
  [
    'below a position, the first one left out',
    { T: 2, cap: Infinity, behind: 1 },
    [3 / 2, 2 / 2, 2 / 2, 1 / 2],
  ],
])('wanted items count %s', (_, options, logWeights) => {
  // items 2 and 1 are wanted: positions 1 and 3
  const got = shares(options, [2, 1])
  expected(logWeights).forEach((share, t) => expect(Math.abs(got[t] - share)).toBeLessThan(0.012))
})
