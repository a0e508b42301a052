import { createRng } from '@recdistill/core'
import { NO_ITEM, parseParams, type AnyMethod, type ListSpec } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { exactInclusion } from '../../samplers/test/exact-inclusion.ts'
import { expectLaw } from '../../samplers/test/expect-law.ts'
import { drawUser } from '../test/draw-user.ts'
import { lossOf } from '../test/score-row.ts'
import irRrd from './ir-rrd.ts'

describeMethod(irRrd, {
  unseen: ['interesting', 'uninteresting'],
  itemSide: { unseen: ['interesting', 'uninteresting'] },
  variants: [
    { K: 5, L: 7, maxK: 9, itemK: 3, itemL: 4, T: 2, itemT: 5 },
    { K: 4, L: 3, maxK: 4, itemK: 4, itemWeight: 0, scoreCap: 80 },
  ],
})

beforeAll(() => prepareTensors())

test.each([
  [
    80,
    56.295549,
    [
      [0.08154371, 0.090362184, -0.13844368, 0.28352674],
      [0.10453979, -0.7, 0, -0.26981617],
      [-0.16112047, 0, 0.10040263, -0.090994744],
    ],
  ],
  [
    null,
    63.715549,
    [
      [0.08154371, 0.090362184, -0.13844368, 0.28352674],
      [0.10453979, -0.7, 0.7, -0.26981617],
      [-0.16112047, 0, 0.10040263, -0.090994744],
    ],
  ],
])('TV-9: users and items of a 3 x 4 score matrix, cap %j', (scoreCap, total, expected) => {
  // prettier-ignore
  const scores = [[0.83, -1.27, 2.44, 0.19], [-0.36, 1.58, 90.6, -2.05], [1.12, 0.47, -0.91, 3.33]]
  const [lambdaU, lambdaI] = [0.7, 0.3]
  const params = parseParams(irRrd, { scoreCap, itemWeight: lambdaI / lambdaU })
  const list = (interesting: number[], uninteresting: number[]) => ({
    interesting: Uint32Array.from(interesting),
    uninteresting: Uint32Array.from(uninteresting),
  })
  const users = scores.map((row) => ({ student: row, teacher: row }))
  const userLists = [list([2, 0], [1]), list([1, 2], [3]), list([3, 0], [2])]
  const ofUsers = lossOf(irRrd as unknown as AnyMethod, params, users, userLists, createRng(0))
  const listed = [0, 2, 3]
  const columns = listed.map((item) => scores.map((row) => row[item])).map((row) => ({ student: row, teacher: row })) // prettier-ignore
  const itemLists = [list([2, 0], [1]), list([1, 0], [2]), list([2, 1], [0])]
  const { weight, loss } = irRrd.itemSide?.(params) ?? { weight: NaN, loss: null }
  const side = { ...irRrd, loss } as unknown as AnyMethod
  const ofItems = lossOf(side, params, columns, itemLists, createRng(0))
  const value = lambdaU * (ofUsers.value + weight * ofItems.value)
  expect(Math.abs(value - total) / total).toBeLessThan(2e-6)
  expected.forEach((row, u) =>
    row.forEach((g, item) => {
      const column = listed.indexOf(item)
      const fromItems = column < 0 ? 0 : ofItems.gradient[column][u]
      const gradient = lambdaU * (ofUsers.gradient[u][item] + weight * fromItems)
      expect(Math.abs(gradient - g)).toBeLessThan(2e-5 * Math.abs(g) + 1e-6)
    }),
  )
})

const noise = createRng(1)
const scores = () => Array.from({ length: 30 }, () => noise.normal())
const user = { teacher: scores(), student: scores(), seen: [0, 3, 9, 27] }
const candidates = [...user.teacher.keys()]
  .filter((item) => !user.seen.includes(item))
  .sort((a, b) => user.teacher[b] - user.teacher[a])

test('lists of both sides: candidates in teacher order by position, and others', () => {
  const params = parseParams(irRrd, { K: 3, L: 7, maxK: 7, T: 0.8, itemK: 2, itemL: 30, itemT: 1.5 })
  const side = irRrd.itemSide?.(params) as { lists: (world: never) => Record<string, ListSpec> }
  const itemSide = { lists: (_: unknown, world: unknown) => side.lists(world as never) } as Pick<AnyMethod, 'lists'> // prettier-ignore
  for (const [method, K, T, L] of [
    [irRrd as unknown as AnyMethod, 3, 0.8, 7],
    [itemSide, 2, 1.5, 30],
  ] as const) {
    const counts = new Float64Array(7)
    const stream = createRng(5)
    for (let d = 0; d < 5_000; d++) {
      const { interesting, uninteresting } = drawUser(method, params, user, stream.fork(d)).lists
      const positions = [...interesting].map((item) => candidates.indexOf(item))
      expect(positions).toEqual([...positions].sort((a, b) => a - b))
      for (const position of positions) counts[position]++
      const others = [...uninteresting].filter((item) => item !== NO_ITEM)
      expect(others).toHaveLength(Math.min(L, 19)) // 30 less 4 seen and 7 candidates
      for (const item of others) expect(candidates.indexOf(item)).toBeGreaterThanOrEqual(7)
    }
    const weights = Array.from({ length: 7 }, (_, t) => Math.exp(-(t + 1) / T))
    expectLaw(counts, 5_000, exactInclusion(weights, K))
  }
})

test('the default is the released configuration', () => {
  expect(irRrd.presets).toHaveLength(1)
  expect(parseParams(irRrd)).toMatchObject(irRrd.presets?.[0].params ?? {})
  expect(irRrd.presets?.[0]).toMatchObject({ ...irRrd.defaults, batch: 1024 })
  expect(irRrd.itemSide?.(parseParams(irRrd))).toMatchObject({ weight: 0.5, over: 'listed' })
  expect(irRrd.itemSide?.(parseParams(irRrd, { itemWeight: 0 }))).toBeNull()
})

test('lists that do not fit are refused in words', () => {
  const problems = (given: object, numItems = 600) =>
    irRrd.check?.(parseParams(irRrd, given), { numUsers: 1, numItems })
  expect(problems({ K: 501, itemK: 502 })).toEqual([
    'ir-rrd.K: expected at most maxK = 500, got 501',
    'ir-rrd.itemK: expected at most maxK = 500, got 502',
  ])
  expect(problems({}, 400)).toEqual(['ir-rrd.maxK: expected at most 400, the number of items, got 500'])
  expect(problems({ L: 101 })).toEqual([
    'ir-rrd.L: expected at most 100, the items that are no candidates, got 101',
  ])
  expect(problems({})).toEqual([])
})
