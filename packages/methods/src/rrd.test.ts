import { createRng } from '@recdistill/core'
import { NO_ITEM, parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { exactInclusion } from '../../samplers/test/exact-inclusion.ts'
import { expectLaw } from '../../samplers/test/expect-law.ts'
import { drawLists, lossOf } from '../test/score-row.ts'
import rrd from './rrd.ts'

describeMethod(rrd, {
  unseen: ['interesting', 'uninteresting'],
  variants: [
    { interesting: 'top', K: 5, L: 7, maxK: 9 },
    { interesting: 'score', K: 5, L: 7, maxK: 9, noSort: true, T: 2 },
    { K: 8, L: 3, maxK: 8, scoreCap: 80 },
  ],
})

beforeAll(() => prepareTensors())

const scores = (seed: number, numItems: number) => {
  const noise = createRng(seed)
  return Array.from({ length: numItems }, () => noise.normal())
}
const user = { teacher: scores(1, 30), student: scores(2, 30), seen: [0, 3, 9, 27] }
const candidates = [...user.teacher.keys()]
  .filter((item) => !user.seen.includes(item))
  .sort((a, b) => user.teacher[b] - user.teacher[a])

test('interesting items are candidates in teacher order, uninteresting ones are neither candidates nor seen', () => {
  const params = parseParams(rrd, { K: 5, L: 7, maxK: 9, T: 3 })
  for (let seed = 0; seed < 100; seed++) {
    const { interesting, uninteresting } = drawLists(rrd, params, user, createRng(seed))
    const positions = [...interesting].map((item) => candidates.indexOf(item))
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b))
    expect(Math.max(...positions)).toBeLessThan(9)
    for (const item of uninteresting) expect(candidates.indexOf(item)).toBeGreaterThanOrEqual(9)
  }
})

test('inclusion frequencies of the draw by position and by score', () => {
  for (const interesting of ['sample', 'score']) {
    const params = parseParams(rrd, { K: 3, L: 5, maxK: 7, T: 0.8, interesting })
    const counts = new Float64Array(7)
    const stream = createRng(5)
    for (let d = 0; d < 50_000; d++)
      for (const item of drawLists(rrd, params, user, stream.at(d)).interesting)
        counts[candidates.indexOf(item)]++
    const logWeights = candidates
      .slice(0, 7)
      .map((item, t) => (interesting === 'sample' ? -(t + 1) : user.teacher[item]) / 0.8)
    expectLaw(counts, 50_000, exactInclusion(logWeights.map(Math.exp), 3))
  }
})

test('the top instead of a draw, and an unsorted draw', () => {
  const top = parseParams(rrd, { K: 4, L: 5, maxK: 8, interesting: 'top' })
  expect([...drawLists(rrd, top, user, createRng(0)).interesting]).toEqual(candidates.slice(0, 4))
  const all = { K: 8, L: 5, maxK: 8 }
  const sorted = drawLists(rrd, parseParams(rrd, all), user, createRng(1)).interesting
  const unsorted = drawLists(
    rrd,
    parseParams(rrd, { ...all, noSort: true, T: 50 }),
    user,
    createRng(1),
  ).interesting
  expect([...sorted]).toEqual(candidates.slice(0, 8))
  expect([...unsorted]).not.toEqual([...sorted])
  expect([...unsorted].sort()).toEqual([...sorted].sort())
})

test('a user with few unseen items has short lists', () => {
  const params = parseParams(rrd, { K: 4, L: 5, maxK: 8 })
  const seen = [...user.teacher.keys()].slice(3)
  const { interesting, uninteresting } = drawLists(rrd, params, { ...user, seen }, createRng(0))
  expect([...interesting.subarray(0, 3)].sort()).toEqual([0, 1, 2])
  expect(interesting[3]).toBe(NO_ITEM)
  expect([...uninteresting]).toEqual(new Array(5).fill(NO_ITEM))
})

test.each([
  // Spec, TV-3
  [
    80,
    165.26581,
    [
      [-0.56212105, -0.81980761, -0.13868911, 1.4633089, 0.057308876],
      [0, -1, -1, 2.4013123, 0],
    ],
  ],
  [
    null,
    164.75282,
    [
      [-0.56212105, -0.81980761, -0.13868911, 1.4633089, 0.057308876],
      [-2.0399087e-5, -1, -1, 2.0000204, 0],
    ],
  ],
])('TV-3: loss and gradient with a score cap of %j', (scoreCap, total, gradients) => {
  // prettier-ignore
  const users = [[1.27, -0.64, 0.38, 0.91, -2.33], [90.4, 2.15, -3.7, 79.6, -41.5]].map((student) => ({ teacher: student, student })) // prettier-ignore
  const lists = { interesting: Uint32Array.of(0, 1, 2), uninteresting: Uint32Array.of(3, 4) }
  const params = parseParams(rrd, { K: 3, L: 2, scoreCap })
  const { value, gradient } = lossOf(rrd, params, users, [lists, lists], createRng(0))
  expect(Math.abs(value - total) / total).toBeLessThan(2e-6)
  gradients.forEach((row, u) =>
    row.forEach((expected, n) =>
      expect(Math.abs(gradient[u][n] - expected)).toBeLessThan(2e-5 * Math.abs(expected) + 1e-6),
    ),
  )
})

test('the default is the released configuration for CiteULike, MF to MF', () => {
  const { defaults, presets = [] } = rrd
  expect(parseParams(rrd)).toMatchObject(presets[0].params)
  expect(presets[0]).toMatchObject({ dataset: 'citeulike-t', teacher: 'mf', student: 'mf', ...defaults })
  expect(presets).toHaveLength(16)
})

test('lists that do not fit are refused in words', () => {
  const problems = (given: object, numItems: number) =>
    rrd.check?.(parseParams(rrd, given), { numUsers: 1, numItems })
  expect(problems({}, 600)).toEqual([
    'rrd.L: expected at most 100, the items that are no candidates (600 - maxK), got 200',
  ])
  expect(problems({}, 400)).toEqual(['rrd.maxK: expected at most 400, the number of items, got 500'])
  expect(problems({ K: 501 }, 900)).toEqual(['rrd.K: expected at most maxK = 500, got 501'])
  expect(problems({}, 700)).toEqual([])
})
