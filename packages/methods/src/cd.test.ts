import { createRng } from '@recdistill/core'
import { NO_ITEM, parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { expectLaw } from '../../samplers/test/expect-law.ts'
import { drawLists, lossOf } from '../test/score-row.ts'
import cd from './cd.ts'

describeMethod(cd, {
  repeats: ['positions', 'drawn'],
  unseen: ['drawn'],
  variants: [
    { guide: 'teacher', n: 5, R: 8, T: 0.5, t1: 1.5, t2: -0.3 },
    { n: 4, R: 6, distinct: true, epsilon: 1e-10 },
  ],
})

beforeAll(() => prepareTensors())

const noise = createRng(1)
const scores = () => Array.from({ length: 12 }, () => noise.normal())
const user = { teacher: scores(), student: scores(), seen: [1, 4, 10] }
const rankingBy = (guide: 'teacher' | 'student') =>
  [...user[guide].keys()]
    .filter((item) => !user.seen.includes(item))
    .sort((a, b) => user[guide][b] - user[guide][a])

test.each(['student', 'teacher'] as const)('TV-6: kept ranks, guided by the %s', (guide) => {
  const params = parseParams(cd, { guide, R: 4, T: 20 })
  const ranking = rankingBy(guide)
  const counts = new Float64Array(4)
  const stream = createRng(2)
  for (let d = 0; d < 100_000; d++)
    for (const item of drawLists(cd, params, user, stream.at(d)).drawn) counts[ranking.indexOf(item)]++
  expectLaw(counts, 200_000, [0.44453812, 0.3116725, 0.18360149, 0.060187895])
})

test('a random guide draws from all items, seen ones too', () => {
  for (const distinct of [false, true]) {
    const params = parseParams(cd, { guide: 'random', n: 4, distinct })
    const counts = new Float64Array(12)
    const stream = createRng(3)
    let repeats = 0
    for (let d = 0; d < 30_000; d++) {
      const { drawn } = drawLists(cd, params, user, stream.at(d))
      for (const item of drawn) counts[item]++
      if (new Set(drawn).size < 4) repeats++
    }
    expectLaw(counts, 120_000, new Array<number>(12).fill(1 / 12))
    // Four independent draws of twelve repeat one with probability 1 - 11/12 10/12 9/12.
    expectLaw([repeats], 30_000, [distinct ? 0 : 1 - (11 * 10 * 9) / 12 ** 3])
  }
})

test('only the student’s list grows old', () => {
  const refreshOf = (guide: string) => cd.lists(parseParams(cd, { guide }), undefined as never, undefined).drawn.refresh // prettier-ignore
  expect(['student', 'teacher', 'random'].map(refreshOf)).toEqual([{ epochs: 1 }, 'once', 'once'])
})

test('more candidates than unseen items are those there are; distinct draws then run out', () => {
  const few = { ...user, seen: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }
  const params = parseParams(cd, { n: 4, distinct: true })
  const { drawn } = drawLists(cd, params, few, createRng(0))
  expect([...drawn.subarray(0, 2)].sort()).toEqual([10, 11])
  expect([...drawn.subarray(2)]).toEqual([NO_ITEM, NO_ITEM])
})

test.each([
  [null, 105.10871, [[-0.0096939471, 0.051211306], [-0.82849523, 0.90024951]]], // prettier-ignore
  [1e-10, 40.919012, [[-0.0096939472, 0.051211306], [-0.009338322, 6.039495e-30]]], // prettier-ignore
])('TV-6: loss and gradient with epsilon %j', (epsilon, total, gradients) => {
  const users = [
    { student: [1.34, -0.57], teacher: [2.8, -1.6] },
    { student: [-27.5, 90.2], teacher: [3.15, -4.4] },
  ]
  const lists = { drawn: Uint32Array.of(0, 1) }
  const { value, gradient } = lossOf(cd, parseParams(cd, { epsilon }), users, [lists, lists], createRng(0))
  expect(Math.abs(value - total) / total).toBeLessThan(2e-6)
  gradients.forEach((row, u) =>
    row.forEach((expected, item) =>
      expect(Math.abs(gradient[u][item] - expected)).toBeLessThan(2e-5 * Math.abs(expected) + 1e-6),
    ),
  )
})

test('the default is the released configuration', () => {
  const { defaults, presets = [] } = cd
  expect(presets).toHaveLength(12)
  for (const preset of presets) {
    expect(parseParams(cd)).toMatchObject(preset.params)
    expect(preset).toMatchObject({ ...defaults, batch: 2048 })
  }
})
