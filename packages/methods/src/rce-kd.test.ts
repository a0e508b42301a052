import { createRng } from '@recdistill/core'
import { NO_ITEM, parseParams, rowsOver } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, describe, expect, test } from 'vitest'
import { exactInclusion } from '../../samplers/test/exact-inclusion.ts'
import { expectLaw } from '../../samplers/test/expect-law.ts'
import { drawLists, fillValues, lossOf, type DrawnUser } from '../test/score-row.ts'
import rceKd from './rce-kd.ts'

const small = { K: 6, L: 5, M: 12, T: 2 }

describeMethod(rceKd, {
  variants: [
    { ...small, gammaMode: 'topK', tau: 2 },
    { ...small, sampleRank: true },
    { ...small, countMode: 'paper', cap: null },
    { ...small, reduction: 'userMean' },
    ...['w/o S', 'w/o T', 'w/o sep', 'w/ const', 'full-CE'].map((ablation) => ({ ...small, ablation })),
  ],
})

beforeAll(() => prepareTensors())

// Spec, TV-4: two users, eight items.
const users = [
  {
    teacher: [2.31, -0.42, 1.77, 0.15, 1.06, -1.88, 2.92, 0.94],
    student: [0.35, 1.92, -0.48, 2.64, 0.11, 1.03, 2.27, -1.36],
  },
  {
    teacher: [0.88, 90.25, -2.4, 3.17, 1.06, 2.93, -0.51, -7.3],
    student: [91.3, 0.62, 88.75, -1.14, 2.58, 0.47, -3.09, 1.81],
  },
]
const given = { K: 3, L: 3, M: 6, T: 2, beta: 1.5 }
const rng = createRng(0)

/** Draws until the vector's positions 1, 2 and 4 of the student's ranking come up. */
function drawWith(params: Parameters<typeof rceKd.lists>[0], u: number, items: readonly number[]): DrawnUser {
  for (let n = 0; n < 10_000; n++) {
    const drawn = drawLists(rceKd, params, users[u], createRng(n))
    if (items.every((item) => drawn.approximate.subarray(0, params.L).includes(item))) return drawn
  }
  throw new Error('never drawn')
}

describe('TV-4', () => {
  test('the teacher’s and the student’s top lists, unmasked', () => {
    const lists = users.map((user) => drawLists(rceKd, parseParams(rceKd, given), user, rng))
    expect(lists.map(({ teacherTop }) => [...teacherTop])).toEqual([[6, 0, 2], [1, 3, 5]]) // prettier-ignore
    expect(lists.map(({ top }) => [...top])).toEqual([[3, 6, 1], [0, 2, 4]]) // prettier-ignore
  })

  test('inclusion frequencies of the draw, over 200,000 draws', () => {
    const params = parseParams(rceKd, given)
    const order = [3, 6, 1, 5, 0, 4]
    const counts = new Float64Array(6)
    const stream = createRng(4)
    for (let d = 0; d < 200_000; d++) {
      const { approximate } = drawLists(rceKd, params, users[0], stream.at(d))
      for (let place = 0; place < 3; place++) counts[order.indexOf(approximate[place])]++
    }
    expectLaw(counts, 200_000, [0.65225091, 0.65225091, 0.46367356, 0.46367356, 0.46367356, 0.3044775])
  })

  test('counts of the paper’s wording: uncovered items only, strictly below, all positions', () => {
    const params = parseParams(rceKd, { ...given, M: 8, countMode: 'paper' })
    const z = [
      [2, 2, 2, 2, 1, 1, 0, 0],
      [3, 3, 3, 3, 2, 1, 0, 0],
    ]
    users.forEach((user, u) => {
      const order = [...user.student.keys()].sort((a, b) => user.student[b] - user.student[a])
      const counts = new Float64Array(8)
      const stream = createRng(40 + u)
      for (let d = 0; d < 60_000; d++) {
        const { approximate } = drawLists(rceKd, params, user, stream.at(d))
        for (let place = 0; place < 3; place++) counts[order.indexOf(approximate[place])]++
      }
      const weights = z[u].map((count) => Math.exp((count + 1) / given.T))
      expectLaw(counts, 60_000, exactInclusion(weights, 3))
    })
  })

  test.each([
    [
      { gammaMode: 'sampled', tau: 1 },
      73.53325,
      [0.36787944, 0.60653066],
      [
        [-0.077297434, 0.2493839, -0.049176065, 0.25422688, 0, 0, -0.37713728, 0],
        [0.18891066, -0.60653066, 0.62840339, 0, -0.21078339, 0, 0, 0],
      ],
    ],
    [
      { gammaMode: 'sampled', tau: 2 },
      36.467571,
      [0.36787944, 0.60653066],
      [
        [-0.026040371, 0.094306621, -0.02281057, 0.069988023, 0, 0, -0.1154437, 0],
        [0.067787686, -0.30326533, 0.32955435, 0, -0.094076704, 0, 0, 0],
      ],
    ],
    [
      { gammaMode: 'topK', tau: 1 },
      89.58849,
      [0.60653066, 1],
      [
        [-0.12744192, 0.28708532, -0.081077624, 0.15824589, 0, 0, -0.23681167, 0],
        [0, -1, 1, 0, 0, 0, 0, 0],
      ],
    ],
    [
      { gammaMode: 'topK', tau: 2 },
      45.41803,
      [0.60653066, 1],
      [
        [-0.042933313, 0.10844092, -0.037608272, 0.043564698, 0, 0, -0.071464032, 0],
        [0, -0.5, 0.5, 0, 0, 0, 0, 0],
      ],
    ],
  ])('loss and gradient with %j', (options, total, gammas, gradients) => {
    // prettier-ignore
    const params = parseParams(rceKd, { ...given, ...options })
    const drawn = [drawWith(params, 0, [6, 0, 1]), drawWith(params, 1, [2, 1, 4])]
    expect(
      drawn.map(({ approximate }) => [...approximate].filter((item) => item !== NO_ITEM).sort()),
    ).toEqual([
      [0, 1, 2, 6],
      [1, 2, 3, 4, 5],
    ])
    gammas.forEach((gamma, u) =>
      expect(fillValues(rceKd, params, users[u], drawn[u], rng).gamma[0]).toBeCloseTo(gamma, 6),
    )
    const { value, gradient } = lossOf(rceKd, params, users, drawn, rng)
    expect(Math.abs(value - total) / total).toBeLessThan(2e-6)
    gradients.forEach((row, u) =>
      row.forEach((expected, item) =>
        expect(Math.abs(gradient[u][item] - expected)).toBeLessThan(2e-5 * Math.abs(expected) + 1e-6),
      ),
    )
  })
})

const long = (seed: number) => {
  const noise = createRng(seed)
  return Array.from({ length: 40 }, () => noise.normal())
}

test('the approximate set: drawn items first, in the student’s order, then the teacher’s items found in neither list', () => {
  const params = parseParams(rceKd, { K: 8, L: 6, M: 15, T: 3 })
  for (let seed = 0; seed < 50; seed++) {
    const user = { teacher: long(seed), student: long(seed + 1000) }
    const { teacherTop, top, approximate } = drawLists(rceKd, params, user, createRng(seed))
    const order = [...user.student.keys()].sort((a, b) => user.student[b] - user.student[a]).slice(0, 15)
    const drawn = [...approximate.subarray(0, 6)]
    const positions = drawn.map((item) => order.indexOf(item))
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b))
    expect(positions[0]).toBeGreaterThanOrEqual(0)
    const rest = [...approximate.subarray(6)].filter((item) => item !== NO_ITEM)
    expect(rest).toEqual([...teacherTop].filter((item) => !top.includes(item) && !drawn.includes(item)))
  }
})

test('without separation the set is the union of both top lists and the drawn items', () => {
  const params = parseParams(rceKd, { K: 8, L: 6, M: 15, T: 3, ablation: 'w/o sep' })
  const user = { teacher: long(1), student: long(2) }
  const { teacherTop, top, approximate } = drawLists(rceKd, params, user, createRng(3))
  const drawn = approximate.subarray(0, 6)
  const union = new Set([...drawn, ...teacherTop, ...top])
  expect(approximate.filter((item) => item !== NO_ITEM)).toHaveLength(union.size)
  expect(new Set(approximate.filter((item) => item !== NO_ITEM))).toEqual(union)
})

test('counts above the cap draw alike; without a cap they do not', () => {
  // The models agree, so the count at position t is 30 - t. A cap of 1 makes all of these positions equal.
  const scores = Array.from({ length: 40 }, (_, item) => -item)
  const user = { teacher: scores, student: scores }
  const first = (cap: number | null) => {
    const params = parseParams(rceKd, { K: 30, L: 1, M: 30, T: 5, cap })
    const counts = new Float64Array(30)
    const stream = createRng(6)
    for (let d = 0; d < 20_000; d++) counts[drawLists(rceKd, params, user, stream.at(d)).approximate[0]]++
    return counts
  }
  const uniform = new Array<number>(30).fill(1 / 30)
  expectLaw(first(1), 20_000, uniform)
  const weights = scores.slice(0, 30).map((_, t) => Math.exp((30 - t + 1) / 5))
  expectLaw(first(null), 20_000, exactInclusionOfOne(weights))
})

function exactInclusionOfOne(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}

test('gamma lies between exp(-beta) and 1, and the same scores on both sides give no gradient', () => {
  const params = parseParams(rceKd, { K: 8, L: 6, M: 15, T: 3, beta: 2 })
  for (let seed = 0; seed < 20; seed++) {
    const user = { teacher: long(seed), student: long(seed + 7) }
    const drawn = drawLists(rceKd, params, user, createRng(seed))
    const [gamma] = fillValues(rceKd, params, user, drawn, rng).gamma
    expect(gamma).toBeGreaterThanOrEqual(Math.fround(Math.exp(-2)))
    expect(gamma).toBeLessThanOrEqual(1)
    const same = { teacher: user.student, student: user.student }
    const { gradient } = lossOf(rceKd, params, [same], [drawLists(rceKd, params, same, createRng(seed))], rng)
    for (const g of gradient[0]) expect(Math.abs(g)).toBeLessThan(1e-6)
  }
})

test('a batch counts as the sum over its pairs, or as the mean over its users', () => {
  const counted = (reduction?: string) => {
    const params = parseParams(rceKd, reduction === undefined ? {} : { reduction })
    return [rowsOver(rceKd, params), rceKd.reduce?.(params)]
  }
  expect(counted()).toEqual(['pairs', 'sum'])
  expect(counted('userMean')).toEqual(['users', 'mean'])
})

test('the default is the released configuration for CiteULike, MF to MF', () => {
  const { defaults, presets = [] } = rceKd
  expect(parseParams(rceKd)).toMatchObject({ ...presets[0].params, cap: 50, gammaMode: 'sampled' })
  expect(presets[0]).toMatchObject({ dataset: 'citeulike-t', teacher: 'mf', student: 'mf', ...defaults })
  expect(presets).toHaveLength(15)
})

test('lists longer than the catalogue or than M are refused in words', () => {
  const problems = (given: object, numItems: number) =>
    rceKd.check?.(parseParams(rceKd, given), { numUsers: 1, numItems })
  expect(problems({}, 100)).toEqual(['rce-kd.M: expected at most 100, the number of items, got 200'])
  expect(problems({ K: 300, M: 200 }, 250)).toEqual([
    'rce-kd.K: expected at most 250, the number of items, got 300',
    'rce-kd.K: expected at most M = 200, got 300',
  ])
  expect(problems({ L: 201 }, 250)).toEqual(['rce-kd.L: expected at most M = 200, got 201'])
  expect(problems({ ablation: 'w/o T', M: 999 }, 250)).toEqual([])
  expect(problems({}, 200)).toEqual([])
})
