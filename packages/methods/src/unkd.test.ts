import { createRng } from '@recdistill/core'
import { NO_ITEM, parseParams, type Rng } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectLaw } from '../../samplers/test/expect-law.ts'
import { lossOf, type ScoredUser } from '../test/score-row.ts'
import { countSeenOfGroup, drawOther, drawPreferred, planGroups } from './draws/group-pairs.ts'
import unkd from './unkd.ts'

describeMethod(unkd, {
  unseen: ['candidates', 'preferred', 'other'],
  repeats: ['preferred', 'other'],
  variants: [
    { G: 4, size: 9, T: 3, depth: 5 },
    { G: 3, size: 7, exponent: 2, groupWeight: true },
    { G: 1, size: 4, epsilon: 1e-10 },
  ],
})

beforeAll(() => prepareTensors())

describe('TV-11', () => {
  // items 0 to 3 of each user: preferred, preferred, other, other
  const users: ScoredUser[] = [[0.64, -1.2, 1.07, -1.9], [3.3, -40, -2.2, 50]].map((student) => ({ teacher: student, student })) // prettier-ignore
  const lists = { preferred: Uint32Array.of(0, 1), other: Uint32Array.of(2, 3) }
  test.each([
    [1e-10, 12.1821, [[-0.30293683, -0.16590611], [-0.0020350689, -4.0970063e-30]]], // prettier-ignore
    [0, 45.669174, [[-0.30293683, -0.16590611], [-0.0020350689, -0.5]]], // prettier-ignore
  ])('loss and gradient, epsilon %d', (epsilon, loss, expected) => {
    const params = parseParams(unkd, { size: 2, epsilon })
    const { value, gradient } = lossOf(unkd, params, users, [lists, lists], createRng(0))
    expect(Math.abs(value - loss) / loss).toBeLessThan(1e-6)
    expected.forEach((row, u) =>
      row.forEach((g, n) => {
        expect(Math.abs(gradient[u][n] - g)).toBeLessThan(1e-6)
        expect(Math.abs(gradient[u][n + 2] + g)).toBeLessThan(1e-6)
      }),
    )
  })

  test('groups and quotas', () => {
    const plan = (counts: number[], G: number, exponent = 0) =>
      planGroups(Uint32Array.from(counts), { G, exponent, size: 30, depth: 1000, T: 20 })
    expect(plan([5, 4, 3, 2, 1, 1], 2).groups.map((items) => [...items])).toEqual([[0], [1, 2, 3, 4, 5]]) // prettier-ignore
    const three = plan([9, 3, 2, 2, 1, 1], 3, 1)
    expect(three.groups.map((items) => [...items])).toEqual([[0], [1, 2], [3, 4, 5]])
    expect(three.quotas).toEqual([3, 13, 15])
    expect(plan([9, 3, 2, 2, 1, 1], 3).quotas).toEqual([10, 10, 10])
  })
})

/** Forty items; popularity falls with the item, the last four are in nobody's history. */
const numItems = 40
const histories = Array.from({ length: 60 }, (_, u) => {
  const rng = createRng(u)
  return [...Array(36).keys()].filter((item) => rng.float() < 1 / (1 + item / 6))
})
const offsets = new Uint32Array(61)
histories.forEach((row, u) => (offsets[u + 1] = offsets[u] + row.length))
const world = {
  numUsers: 60,
  numItems,
  train: { offsets, items: Uint32Array.from(histories.flat()) },
  dims: { student: 0, teacher: 0 },
}
const counts = new Array<number>(numItems).fill(0)
for (const item of histories.flat()) counts[item]++

let scored = 0 // groups by themselves

function drawFor(given: object, u: number, rng: Rng) {
  const params = parseParams(unkd, given)
  const noise = createRng(1000 + u)
  const teacher = Array.from({ length: numItems }, () => noise.normal())
  const order = [...teacher.keys()].filter((item) => !histories[u].includes(item))
  order.sort((a, b) => teacher[b] - teacher[a])
  const plan = planGroups(Uint32Array.from(counts), params)
  const drawn: Record<string, Uint32Array> = {}
  const row = {
    user: u,
    numItems,
    seen: Uint32Array.from(histories[u]),
    teacher: {
      top: (k: number) => Uint32Array.from(order.slice(0, k)),
      scoresOf(items: Uint32Array) {
        scored++
        return Float32Array.from(items, (item) => teacher[item])
      },
    },
    list: (name: string) => drawn[name],
  }
  for (const [name, spec] of Object.entries(unkd.lists(params, world, plan))) {
    if (!('draw' in spec)) throw new Error(`${name} is not drawn`)
    drawn[name] = new Uint32Array(spec.size).fill(NO_ITEM)
    spec.draw(row as never, drawn[name], rng)
  }
  const weights = new Float32Array(drawn.preferred.length)
  countSeenOfGroup(plan, row as never, drawn.preferred, weights)
  return { plan, teacher, drawn, weights }
}

test('candidates are the unseen trained items of each group in teacher order, cut to the depth', () => {
  for (let u = 0; u < 60; u++)
    for (const depth of [2, 4, 1000]) {
      // With 2, the teacher's list is cut before every group has its share: short groups are scored by themselves.
      const { plan, teacher, drawn } = drawFor({ G: 4, depth }, u, createRng(0))
      const expected = plan.groups.flatMap((items) =>
        [...items]
          .filter((item) => !histories[u].includes(item))
          .sort((a, b) => teacher[b] - teacher[a])
          .slice(0, depth),
      )
      expect([...drawn.candidates].filter((item) => item !== NO_ITEM)).toEqual(expected)
    }
  expect(scored).toBeGreaterThan(0)
})

test('pairs are of one group and never tied; the teacher ranks the preferred item higher; quotas are kept', () => {
  for (let u = 0; u < 60; u++) {
    const { plan, teacher, drawn, weights } = drawFor({ G: 4, size: 21, exponent: 1 }, u, createRng(u))
    const { preferred, other, candidates } = drawn
    const pairs = [...preferred.keys()].filter((place) => preferred[place] !== NO_ITEM)
    for (const place of pairs) {
      const g = plan.groupOf[preferred[place]]
      expect(plan.groupOf[other[place]]).toBe(g)
      expect(teacher[preferred[place]]).toBeGreaterThan(teacher[other[place]])
      expect(histories[u]).not.toContain(preferred[place])
      expect(histories[u]).not.toContain(other[place])
      expect(weights[place]).toBe(histories[u].filter((item) => plan.groupOf[item] === g).length)
    }
    plan.groups.forEach((_, g) => {
      const open = [...candidates].filter((item) => item !== NO_ITEM && plan.groupOf[item] === g).length
      const drawnOf = pairs.filter((place) => plan.groupOf[preferred[place]] === g).length
      expect(drawnOf).toBe(open < 2 ? 0 : plan.quotas[g])
    })
  }
})

test('frequencies of pairs: both positions with weights exp(-(t + 1) / T), ties thrown away', () => {
  const T = 1.5
  const { plan, drawn } = drawFor({ G: 1, size: 1, T, depth: 6 }, 3, createRng(0))
  const candidates = [...drawn.candidates]
  expect(plan.groups).toHaveLength(1)
  const weights = candidates.map((_, t) => Math.exp(-t / T))
  const law = weights.flatMap((w, t) => weights.map((v, s) => (t < s ? w * v : 0)))
  const total = law.reduce((a, b) => a + b)
  const found = new Float64Array(36)
  const rng = createRng(5)
  const [preferred, other] = [new Uint32Array(1), new Uint32Array(1)]
  for (let d = 0; d < 50_000; d++) {
    drawPreferred(plan, drawn.candidates, preferred, rng)
    drawOther(plan, drawn.candidates, preferred, other, rng)
    found[candidates.indexOf(preferred[0]) * 6 + candidates.indexOf(other[0])]++
  }
  expectLaw(
    found,
    50_000,
    law.map((p) => p / total),
  )
})

test('the default is the released configuration for CiteULike, MF to MF', () => {
  const { defaults, presets = [] } = unkd
  expect(parseParams(unkd)).toMatchObject(presets[0].params)
  expect(presets[0]).toMatchObject({ dataset: 'citeulike-t', teacher: 'mf', student: 'mf', ...defaults })
  expect(presets).toHaveLength(6)
})
