import { expectNoLeak } from '@recdistill/testkit'
import { parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { evaluateVectors, expectGradientOf, leavesOf } from '../test/vector-loss.ts'
import hint from './hint.ts'

describeMethod(hint, {
  variants: [
    { entities: 'batch', dropout: 0, normalise: true },
    { entities: 'rows', projector: 'linear', bias: false },
    { draws: 3, ratio: 1 },
  ],
})

beforeAll(() => prepareTensors())

const world = {
  numUsers: 10,
  numItems: 20,
  train: { offsets: new Uint32Array(11), items: new Uint32Array(0) },
  dims: { student: 3, teacher: 5 },
}
const scene = { world, counts: { users: 3, items: 2 }, rows: 3 }
const auxOf = (given: object) => hint.aux?.(parseParams(hint, given), world) ?? {}

test('which vectors it reads', () => {
  const rows = (given: object) => hint.rows?.(parseParams(hint, given), world)
  expect(rows({ draws: 7 })).toEqual({
    users: { of: 'users', random: 7 },
    items: { of: 'items', random: 7 },
  })
  expect(rows({ entities: 'batch' })).toEqual({ users: 'users', items: 'items' })
  expect(rows({ entities: 'rows' })).toEqual({ users: { of: 'users', per: 'row' }, items: 'items' })
})

test('projectors of both kinds, with and without biases', () => {
  expect(auxOf({ projector: 'linear', bias: false })).toEqual({
    usersWeight: { shape: [3, 5], init: { uniform: 1 / Math.sqrt(3) } },
    itemsWeight: { shape: [3, 5], init: { uniform: 1 / Math.sqrt(3) } },
  })
  const { usersHidden, usersHiddenBias, itemsOutput, itemsOutputBias, ...others } = auxOf({})
  expect(Object.keys(others)).toEqual(['usersOutput', 'usersOutputBias', 'itemsHidden', 'itemsHiddenBias'])
  expect(usersHidden.shape).toEqual([3, 25])
  expect(usersHiddenBias.shape).toEqual([1, 25])
  expect(itemsOutput).toEqual({ shape: [25, 5], init: { uniform: 1 / 5 } })
  expect(itemsOutputBias).toEqual({ shape: [1, 5], init: { uniform: 1 / 5 } })
})

test('a linear hint, worked by hand', () => {
  const params = parseParams(hint, { projector: 'linear' })
  const leaves = leavesOf(hint, params, scene)
  const { value } = evaluateVectors(hint, params, scene, leaves)
  let expected = 0
  for (const of of ['users', 'items'] as const) {
    const [s, t, W, b] = [`student ${of}`, `teacher ${of}`, `${of}Weight`, `${of}WeightBias`].map((name) => leaves[name].arraySync()) // prettier-ignore
    s.forEach((row, n) =>
      t[n].forEach((target, j) => {
        const projected = row.reduce((sum, x, k) => sum + x * W[k][j], b[0][j])
        expected += (projected - target) ** 2
      }),
    )
  }
  expect(value).toBeNear(expected, { rel: 1e-5 })
})

test.each([
  [{ projector: 'linear' }],
  [{ projector: 'linear', bias: false, normalise: true }],
  [{ ratio: 1 }],
  [{ ratio: 1, bias: false, dropout: 0.5 }],
  [{ ratio: 1, dropout: 0, normalise: true }],
])('gradient agrees with finite differences: %j', (given) => {
  const params = parseParams(hint, given)
  expectGradientOf(hint, params, scene, { isLearned: (name) => !name.startsWith('teacher') })
  const leaves = leavesOf(hint, params, scene)
  expectNoLeak(() => (evaluateVectors(hint, params, scene, leaves), []))
})

test('a linear projector has no dropout', () => {
  const linear = parseParams(hint, { projector: 'linear', dropout: 0.9 })
  const leaves = leavesOf(hint, linear, scene)
  const plain = parseParams(hint, { projector: 'linear', dropout: 0 })
  expect(evaluateVectors(hint, linear, scene, leaves).value).toBe(
    evaluateVectors(hint, plain, scene, leaves).value,
  )
})

test('the default is the released configuration for CiteULike, MF to MF', () => {
  const { defaults, presets = [] } = hint
  expect(parseParams(hint)).toMatchObject(presets[0].params)
  expect(presets[0]).toMatchObject({ dataset: 'citeulike-t', teacher: 'mf', student: 'mf', ...defaults })
})
