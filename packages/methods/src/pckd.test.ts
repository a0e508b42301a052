import { createRng } from '@recdistill/core'
import { expectNoLeak } from '@recdistill/testkit'
import { parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { exactInclusion } from '../../samplers/test/exact-inclusion.ts'
import { expectLaw } from '../../samplers/test/expect-law.ts'
import { drawLists } from '../test/score-row.ts'
import { evaluateVectors, expectGradientOf, leavesOf } from '../test/vector-loss.ts'
import de from './de.ts'
import pckd from './pckd.ts'

describeMethod(pckd, {
  detached: true,
  variants: [
    { experts: 2, Q: 3, M: 6, guide: 'student', form: 'pair' },
    { experts: 2, Q: 3, M: 6, form: 'hybrid' },
    { experts: 2, Q: 3, M: 6, form: 'hybrid', guide: 'student', refresh: 2 },
  ],
})

describeMethod(
  { ...pckd, name: 'pckd-independent' },
  {
    detached: true,
    repeats: ['likely', 'compared'],
    variants: [{ experts: 2, Q: 3, M: 6, form: 'hybrid', independent: true }],
  },
)

beforeAll(() => prepareTensors())

const world = {
  numUsers: 10,
  numItems: 20,
  train: { offsets: new Uint32Array(11), items: new Uint32Array(0) },
  dims: { student: 3, teacher: 5 },
}
const small = { experts: 2, Q: 3, M: 6, T: 2, tau: 0.8 }
const sceneOf = (form: string) => ({
  world,
  counts: {
    users: 2,
    positives: 3,
    negatives: 2,
    rowUsers: 4,
    likelyItems: form === 'pair' ? 0 : 12,
    comparedItems: form === 'list' ? 0 : 8,
  },
  rows: 4,
  seed: 3, // far from the kinks of the rectifiers
})
const scores = (seed: number, numItems: number) => {
  const noise = createRng(seed)
  return Array.from({ length: numItems }, () => noise.normal())
}
const user = { teacher: scores(1, 20), student: scores(2, 20), seen: [0, 3, 9] }

test('items are drawn from the first M of the guide’s unmasked ranking; lists no form reads are empty', () => {
  for (const guide of ['teacher', 'student'] as const) {
    const params = parseParams(pckd, { ...small, guide, form: 'hybrid' })
    const order = [...user[guide].keys()].sort((a, b) => user[guide][b] - user[guide][a]).slice(0, 6)
    const counts = new Float64Array(6)
    const pairs = new Float64Array(6)
    const stream = createRng(8)
    for (let d = 0; d < 20_000; d++) {
      const { likely, compared } = drawLists(pckd, params, user, stream.at(d))
      for (const item of likely) counts[order.indexOf(item)]++
      for (const item of compared) pairs[order.indexOf(item)]++
    }
    const weights = order.map((_, t) => Math.exp(-(t + 1) / 2))
    expectLaw(counts, 20_000, exactInclusion(weights, 3))
    expectLaw(pairs, 20_000, exactInclusion(weights, 2))
  }
  const sizes = (form: string) => {
    const { likely, compared } = drawLists(pckd, parseParams(pckd, { ...small, form }), user, createRng(0))
    return [likely.length, compared.length]
  }
  expect([sizes('list'), sizes('pair'), sizes('hybrid')]).toEqual([[3, 0], [0, 2], [3, 2]]) // prettier-ignore
})

test('independent draws follow the weights, and an item can come twice', () => {
  const params = parseParams(pckd, { ...small, independent: true })
  const order = [...user.teacher.keys()].sort((a, b) => user.teacher[b] - user.teacher[a]).slice(0, 6)
  const counts = new Float64Array(6)
  const stream = createRng(9)
  let repeated = 0
  for (let d = 0; d < 20_000; d++) {
    const { likely } = drawLists(pckd, params, user, stream.at(d))
    counts[order.indexOf(likely[0])]++
    if (new Set(likely).size < likely.length) repeated++
  }
  expectLaw(counts, 20_000, exactInclusion(order.map((_, t) => Math.exp(-(t + 1) / 2)), 1)) // prettier-ignore
  expect(repeated).toBeGreaterThan(0)
})

test('a guiding student is ranked every `refresh` epochs, and drawn from in every epoch', () => {
  const of = (given: object) => pckd.lists(parseParams(pckd, { ...small, ...given }), world, undefined)
  const { ranked, likely } = of({ guide: 'student', refresh: 5 })
  expect(ranked).toMatchObject({ size: 6, refresh: { epochs: 5 } })
  expect(likely).toMatchObject({ size: 3, refresh: { epochs: 1 } })
  for (const given of [{}, { refresh: 5 }, { guide: 'student' }])
    expect(of(given).ranked).toMatchObject({ size: 0 })
  const params = parseParams(pckd, { ...small, guide: 'student', refresh: 5 })
  const drawn = drawLists(pckd, params, user, createRng(1))
  const order = [...user.student.keys()].sort((a, b) => user.student[b] - user.student[a]).slice(0, 6)
  expect([...drawn.ranked]).toEqual(order)
  for (const item of drawn.likely) expect(order).toContain(item)
})

test('without alpha it is de', () => {
  const params = parseParams(pckd, { ...small, alpha: 0 })
  const scene = sceneOf('list')
  const leaves = leavesOf(pckd, params, scene)
  const plain = evaluateVectors(de, parseParams(de, { experts: 2 }), scene, leaves)
  const { value, gradients } = evaluateVectors(pckd, params, scene, leaves)
  expect(value).toBeNear(plain.value, { rel: 1e-6 })
  for (const name of Object.keys(gradients)) expect(gradients[name]).toBeNear(plain.gradients[name])
})

test.each(['list', 'pair', 'hybrid'])('%s: the regulariser trains experts and gates alone', (form) => {
  const scene = sceneOf(form)
  const params = parseParams(pckd, { ...small, form, alpha: 10 })
  const leaves = leavesOf(pckd, params, scene)
  const { gradients } = evaluateVectors(pckd, params, scene, leaves)
  const without = evaluateVectors(pckd, { ...params, alpha: 0 }, scene, leaves)
  for (const [name, gradient] of Object.entries(gradients))
    if (name.startsWith('student')) expect(gradient).toBeNear(without.gradients[name])
  for (const name of ['usersHidden', 'itemsOutput', 'usersGate', 'itemsGateBias'])
    expect(gradients[name]).not.toEqual(without.gradients[name])
})

test.each(['list', 'pair', 'hybrid'])(
  '%s: gradient with respect to experts and gates agrees with finite differences',
  (form) => {
    const scene = sceneOf(form)
    const params = parseParams(pckd, { ...small, form, alpha: 2 })
    const leaves = leavesOf(pckd, params, scene)
    expectGradientOf(pckd, params, scene, { isLearned: (name) => !name.includes(' '), abs: 3e-2 })
    expectNoLeak(() => (evaluateVectors(pckd, params, scene, leaves), []))
  },
)

test('the default is the released configuration for CiteULike, MF to MF', () => {
  const { defaults, presets = [] } = pckd
  expect(parseParams(pckd)).toMatchObject(presets[0].params)
  expect(presets[0]).toMatchObject({ dataset: 'citeulike-t', teacher: 'mf', student: 'mf', ...defaults })
  expect(presets).toHaveLength(5)
})

test('draws that do not fit are refused in words', () => {
  const problems = (given: object) => pckd.check?.(parseParams(pckd, given), { numUsers: 1, numItems: 50 })
  expect(problems({})).toEqual(['pckd.M: expected at most 50, the number of items, got 100'])
  expect(problems({ Q: 9, M: 8 })).toEqual(['pckd.Q: expected at most M = 8, got 9'])
})
