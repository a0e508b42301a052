import { createRng } from '@recdistill/core'
import { NO_ITEM, parseParams, type AnyMethod } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { exactInclusion } from '../../samplers/test/exact-inclusion.ts'
import { expectLaw } from '../../samplers/test/expect-law.ts'
import { drawUser } from '../test/draw-user.ts'
import { lossOf } from '../test/score-row.ts'
import dcd from './dcd.ts'

const small = { K: 5, maxK: 9, T: 2 }

describeMethod(dcd, {
  unseen: ['listed', 'under', 'over', 'interesting', 'uninteresting'],
  itemSide: { unseen: ['listed', 'under', 'over'] },
  variants: [
    { ...small, refresh: 1, itemWeight: 0 },
    { ...small, withRRD: 0.5, L: 4, scoreCap: 80 },
    { ...small, variant: 'port', scoreCap: 80 },
    { ...small, variant: 'port', ce: true, tau: 2 },
  ],
})

beforeAll(() => prepareTensors())

/** The teacher lists items 0 to 5 in this order, and the student ranks them at the positions of TV-8. */
const teacher = [9, 8, 7, 6, 5, 4, -1, -2]
const positions = [2, 0, 5, 1, 4, 3]
const user = { teacher, student: [...positions.map((position) => 10 - position), -5, -6], seen: [] }
const eps = { maxK: 6, T: 2 } // epsilon 0.5
const none = { offsets: new Uint32Array(2), items: new Uint32Array(0) }

describe('TV-8', () => {
  test('corrections of the original: the student’s positions among the candidates', () => {
    const { values } = drawUser(dcd, parseParams(dcd, { ...eps, K: 2 }), user, createRng(0))
    const under = [0.76159416, 0, 0.90514825, 0, 0, 0]
    const over = [0, 0.46211716, 0, 0.76159416, 0, 0.76159416]
    under.forEach((weight, t) => expect(Math.max(0, values.correction[t])).toBeCloseTo(weight, 6))
    over.forEach((weight, t) => expect(Math.max(0, -values.correction[t])).toBeCloseTo(weight, 6))
  })

  test.each([
    ['original', 2, [0.76159416, 0, 0.90514825, 0, 0, 0], [0, 0.46211716, 0, 0.76159416, 0, 0.76159416]],
    [
      'port',
      3,
      [0.76159416, 1e-5, 0.90514825, 1e-5, 1e-5, 1e-5],
      [1e-5, 0.46211716, 1e-5, 0.76159416, 1e-5, 0.76159416],
    ],
  ])('inclusion frequencies, %s', (variant, K, under, over) => {
    const params = parseParams(dcd, { ...eps, variant, K })
    const counts = { under: new Float64Array(6), over: new Float64Array(6) }
    const stream = createRng(7)
    const draws = 20_000
    for (let d = 0; d < draws; d++) {
      const { lists } = drawUser(dcd, params, user, stream.fork(d))
      for (const sign of ['under', 'over'] as const) for (const item of lists[sign]) counts[sign][item]++
    }
    expectLaw(counts.under, draws, exactInclusion(under, K))
    expectLaw(counts.over, draws, exactInclusion(over, K))
  })
})

test('original: under-estimated items stand in the teacher’s order; port: in the order of the draw', () => {
  const orders = { original: 0, port: 0 }
  for (const variant of ['original', 'port'] as const) {
    const params = parseParams(dcd, { ...eps, variant, K: 4 })
    for (let seed = 0; seed < 50; seed++) {
      const { under } = drawUser(dcd, params, user, createRng(seed)).lists
      if ([...under].join() !== [...under].sort().join()) orders[variant]++
    }
  }
  expect(orders.original).toBe(0)
  expect(orders.port).toBeGreaterThan(20)
})

test('port: the student’s positions are of the whole catalogue, seen items included, whatever lies beyond the horizon', () => {
  const noise = createRng(5)
  const scores = () => Array.from({ length: 300 }, () => noise.normal())
  for (const T of [0.7, 3, 40]) {
    const wide = { teacher: scores(), student: scores(), seen: [3, 50, 120, 121] }
    const { values } = drawUser(dcd, parseParams(dcd, { variant: 'port', K: 5, maxK: 20, T }), wide, noise)
    const order = (of: readonly number[]) => [...of.keys()].sort((a, b) => of[b] - of[a])
    const candidates = order(wide.teacher).filter((item) => !wide.seen.includes(item))
    const ranking = order(wide.student)
    for (let t = 0; t < 20; t++)
      expect(values.correction[t]).toBe(Math.fround(Math.tanh((ranking.indexOf(candidates[t]) - t) / T)))
  }
})

test('identical rankings give no correction and full lists', () => {
  for (const variant of ['original', 'port']) {
    const params = parseParams(dcd, { ...eps, variant, K: 4 })
    const { lists, values } = drawUser(dcd, params, { ...user, student: teacher }, createRng(1))
    expect([...values.correction]).toEqual(new Array(6).fill(0))
    for (const list of [lists.under, lists.over]) {
      expect(new Set(list).size).toBe(4)
      expect(Math.max(...list)).toBeLessThan(6)
    }
  }
})

test('a user with few unseen items has short lists', () => {
  const params = parseParams(dcd, { ...eps, K: 4 })
  const { lists } = drawUser(dcd, params, { ...user, seen: [0, 1, 2, 3, 4] }, createRng(1))
  expect([...lists.listed]).toEqual([5, 6, 7, NO_ITEM, NO_ITEM, NO_ITEM])
  expect([...lists.under]).toEqual([5, 6, 7, NO_ITEM])
})

test('with enough of each, no item is taken for under- and for over-estimated', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const noise = createRng(seed)
      const scores = () => Array.from({ length: 60 }, () => noise.normal())
      const params = parseParams(dcd, { K: 5, maxK: 50, T: 10 })
      const { lists } = drawUser(dcd, params, { teacher: scores(), student: scores() }, noise)
      expect([...lists.under].filter((item) => lists.over.includes(item))).toEqual([])
    }),
  )
})

/** The method without its values, which no loss reads. */
function lossAlone(loss = dcd.loss as unknown as AnyMethod['loss']): AnyMethod {
  return { ...(dcd as unknown as AnyMethod), values: () => ({}), loss }
}

test.each([
  // Spec, TV-3
  [80, 165.26581],
  [null, 164.75282],
])('TV-3: the loss of users and of items, with a score cap of %j', (scoreCap, total) => {
  // prettier-ignore
  const users = [[1.27, -0.64, 0.38, 0.91, -2.33], [90.4, 2.15, -3.7, 79.6, -41.5]].map((student) => ({ teacher: student, student })) // prettier-ignore
  const lists = { under: Uint32Array.of(0, 1, 2), over: Uint32Array.of(3, 4) }
  const params = parseParams(dcd, { maxK: 5, K: 3, scoreCap })
  for (const side of [dcd, dcd.itemSide?.(params)]) {
    const { value } = lossOf(lossAlone(side?.loss as AnyMethod['loss']), params, users, [lists, lists], createRng(0)) // prettier-ignore
    expect(Math.abs(value - total) / total).toBeLessThan(2e-6)
  }
})

test('the cross-entropy of the port runs over both lists together', () => {
  const params = parseParams(dcd, { variant: 'port', ce: true, tau: 2.5, maxK: 4, K: 2 })
  const student = [0.73, -1.18, 2.41, 0.05] // TV-2, first row
  const lists = { under: Uint32Array.of(2, 0), over: Uint32Array.of(3, 1) }
  const users = [{ student, teacher: [1.9, -0.4, 0.6, -2.2] }]
  const { value, gradient } = lossOf(lossAlone(), params, users, [lists], createRng(0))
  expect(value).toBeCloseTo(1.4123634, 5)
  const expected = [-0.087336203, -0.028375745, 0.078386741, 0.037325207]
  expected.forEach((g, item) => expect(gradient[0][item]).toBeCloseTo(g, 6))
})

test('a plain RRD term is added with its weight', () => {
  const draws = { under: [0, 1], over: [2], interesting: [3, 1], uninteresting: [4, 5] }
  const lists = Object.fromEntries(Object.entries(draws).map(([name, items]) => [name, Uint32Array.from(items)])) // prettier-ignore
  const one = { student: [0.3, -1, 0.5, 2, 0.1, 1], teacher: [0, 0, 0, 0, 0, 0] }
  const lossWith = (withRRD: number) =>
    lossOf(lossAlone(), parseParams(dcd, { withRRD }), [one], [lists], createRng(0)).value // prettier-ignore
  const logSum = (...x: number[]) => Math.log(x.reduce((sum, a) => sum + Math.exp(a), 0))
  const plain = logSum(2, -1, 0.1, 1) - 2 + logSum(-1, 0.1, 1) + 1
  const correction = logSum(0.3, -1, 0.5) - 0.3 + logSum(-1, 0.5) + 1
  expect(lossWith(0)).toBeCloseTo(correction, 5)
  expect(lossWith(0.25)).toBeCloseTo(correction + 0.25 * plain, 5)
})

test('the port has no item side, nor has a weight of 0; presets are the released ones', () => {
  expect(dcd.itemSide?.(parseParams(dcd, { variant: 'port' }))).toBeNull()
  expect(dcd.itemSide?.(parseParams(dcd, { itemWeight: 0 }))).toBeNull()
  expect(dcd.itemSide?.(parseParams(dcd))?.weight).toBe(0.5)
  expect(dcd.presets?.[0]).toMatchObject({
    dataset: 'citeulike-t',
    params: { variant: 'port', K: 100, T: 10, maxK: 500, scoreCap: 80 },
    lambda: 0.01,
    weightDecay: 1e-5,
    batch: 2048,
  })
  expect(dcd.presets).toHaveLength(4)
})

test('port: however large T is, no more of the student’s ranking is asked for than there are items', () => {
  const params = parseParams(dcd, { variant: 'port', K: 2, maxK: 6, T: 1e8 })
  const world = { numUsers: 1, numItems: 8, train: none, dims: { student: 0, teacher: 0 } }
  expect(dcd.values?.(params, world, undefined).correction.law).toMatchObject({
    ranked: { k: 8 },
    table: { length: 15 },
  })
  const { values } = drawUser(dcd, params, user, createRng(0))
  expect([...values.correction]).toEqual(
    positions.map((position, t) => Math.fround(Math.tanh((position - t) / 1e8))),
  )
})

test('parameters that do not fit are refused in words', () => {
  const problems = (given: object, numItems = 600) =>
    dcd.check?.(parseParams(dcd, given), { numUsers: 1, numItems })
  expect(problems({ K: 501 })).toEqual(['dcd.K: expected at most maxK = 500, got 501'])
  expect(problems({}, 400)).toEqual(['dcd.maxK: expected at most 400, the number of items, got 500'])
  expect(problems({ withRRD: 1, L: 101 })).toEqual([
    'dcd.L: expected at most 100, the items that are no candidates, got 101',
  ])
  expect(problems({ ce: true })).toEqual(['dcd.ce: expected variant port, got original'])
  expect(problems({})).toEqual([])
})
