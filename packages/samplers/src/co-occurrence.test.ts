import { groupByUser, rowOf, type Csr } from '@recdistill/core'
import { randomSplit } from '@recdistill/testkit'
import { expect, test } from 'vitest'
import { coOccurrenceGraph, type Graph } from './co-occurrence.ts'

function dense({ offsets, columns, weights }: Graph): number[][] {
  const n = offsets.length - 1
  const out = Array.from({ length: n }, () => new Array<number>(n).fill(0))
  for (let i = 0; i < n; i++)
    for (let e = offsets[i]; e < offsets[i + 1]; e++) out[i][columns[e]] = weights[e]
  return out
}

const csr = (rows: readonly (readonly number[])[]): Csr =>
  groupByUser(rows.length, Uint32Array.from(rows.flatMap((row, u) => row.map(() => u))), Uint32Array.from(rows.flat())) // prettier-ignore

test('TV-16: one neighbour each, ties to the smaller item', () => {
  const graph = dense(coOccurrenceGraph(csr([[0, 1], [0, 2], [1, 2], [0, 3]]), { of: 'items', numItems: 4, k: 1 })) // prettier-ignore
  const expected = [[0, Math.SQRT1_2, 0.5, 0.5], [Math.SQRT1_2, 0, 0, 0], [0.5, 0, 0, 0], [0.5, 0, 0, 0]] // prettier-ignore
  expected.forEach((row, i) => row.forEach((weight, j) => expect(graph[i][j]).toBeCloseTo(weight, 7)))
})

/** The definition, with matrices of all pairs. */
function plainGraph(train: Csr, users: number, items: number, k: number): number[][] {
  const liked = Array.from({ length: users }, (_, u) => new Set(rowOf(train, u)))
  const all = [...Array(items).keys()]
  const counts = all.map((i) => all.map((j) => liked.filter((row) => row.has(i) && row.has(j)).length))
  const B = all.map((i) => {
    const best = all
      .filter((j) => j !== i && counts[i][j] > 0)
      .sort((a, b) => counts[i][b] - counts[i][a] || a - b)
      .slice(0, k)
    return all.map((j) => (best.includes(j) ? 1 : 0))
  })
  const S = all.map((i) => all.map((j) => (B[i][j] + B[j][i]) / 2))
  const degrees = S.map((row) => row.reduce<number>((a, b) => a + b, 0))
  return all.map((i) => all.map((j) => (S[i][j] === 0 ? 0 : S[i][j] / Math.sqrt(degrees[i] * degrees[j]))))
}

test.each([1, 3, 100])('agrees with the definition, %i neighbours', (k) => {
  for (const seed of [1, 2, 3]) {
    const { train, numUsers, numItems } = randomSplit({ users: 25, items: 18, seed, maxPerUser: 7 })
    const graph = dense(coOccurrenceGraph(train, { of: 'items', numItems, k }))
    plainGraph(train, numUsers, numItems, k).forEach((row, i) =>
      row.forEach((weight, j) => expect(graph[i][j]).toBeCloseTo(weight, 6)),
    )
  }
})

test('users are neighbours by the items they share', () => {
  const train = csr([[0, 1], [0, 1, 2], [2], []]) // prettier-ignore
  const graph = dense(coOccurrenceGraph(train, { of: 'users', numItems: 3, k: 1 }))
  expect(graph[0][1]).toBeGreaterThan(0)
  expect(graph[2][1]).toBeGreaterThan(0)
  expect(graph[0][2]).toBe(0)
  expect(graph[3]).toEqual([0, 0, 0, 0])
})

test('no neighbours at all is refused', () => {
  expect(() => coOccurrenceGraph(csr([[0]]), { of: 'items', numItems: 1, k: 0 })).toThrow(
    'coOccurrenceGraph: expected at least 1 neighbour, got 0',
  )
})
