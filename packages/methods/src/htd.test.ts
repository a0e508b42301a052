import { groupedTopology } from '@recdistill/losses'
import { parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors, tf } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { evaluateVectors, leavesOf, type VectorScene } from '../test/vector-loss.ts'
import htd from './htd.ts'

const few = { groups: 3 }

describeMethod(htd, {
  variants: [
    { ...few, alpha: 0 },
    { ...few, alpha: 1, choice: 'first', samePairs: 'all' },
    { ...few, choice: 'first' },
    { ...few, groups: 1, samePairs: 'all' },
  ],
  // prototypes are constants made of the student's own vectors
  detached: ({ alpha, choice }) => Number(alpha) > 0 && choice === 'second',
})

beforeAll(() => prepareTensors())

const scene: VectorScene = {
  world: {
    numUsers: 9,
    numItems: 9,
    train: { offsets: new Uint32Array(10), items: new Uint32Array(0) },
    dims: { student: 2, teacher: 3 },
  },
  counts: { users: 2, items: 2 },
  rows: 2,
}
// Spec, TV-14
const vectors = () => ({
  'student users': tf.tensor2d([[0.31, -0.72], [1.14, 0.45]]), // prettier-ignore
  'student items': tf.tensor2d([[-0.83, 0.29], [0.52, 1.67]]), // prettier-ignore
  'teacher users': tf.tensor2d([[0.9, -0.35, 0.41], [0.22, 1.3, -0.64]]), // prettier-ignore
  'teacher items': tf.tensor2d([[-1.05, 0.18, 0.77], [0.36, 0.94, 1.21]]), // prettier-ignore
})

test.each([
  [
    'teacherPositive',
    1.4207064,
    [-0.15582219, -0.06709011, -0.089166162, 0.22588761, -0.72180887, -2.0658668, 0.32345968, -0.10071798],
  ],
  [
    'all',
    1.6921571,
    [1.5700062, 0.67597491, 0.35210005, -0.8919868, -0.72180887, -2.0658668, 0.32345968, -0.10071798],
  ],
])(
  'TV-14: with one group of users and one of items the topology is the vector’s, pairs: %s',
  (samePairs, loss, gradient) => {
    // prettier-ignore
    const params = parseParams(htd, { alpha: 1, groups: 1, samePairs })
    const { value, gradients } = evaluateVectors(htd, params, scene, {
      ...leavesOf(htd, params, scene),
      ...vectors(),
    })
    expect(Math.abs(value - loss)).toBeLessThan(3e-6)
    const found = [...gradients['student users'], ...gradients['student items']]
    gradient.forEach((g, n) => expect(Math.abs(found[n] - g)).toBeLessThan(4e-6))
  },
)

test('the topology trains no network and no gate, the grouping trains all of them and the student', () => {
  const at = { ...scene, counts: { users: 4, items: 4 } }
  for (const alpha of [0, 1]) {
    const params = parseParams(htd, { ...few, alpha })
    const { gradients } = evaluateVectors(htd, params, at, leavesOf(htd, params, at))
    for (const [name, gradient] of Object.entries(gradients)) {
      const most = Math.max(...gradient.map(Math.abs))
      if (name.startsWith('student')) expect(most, name).toBeGreaterThan(0)
      else if (name.startsWith('teacher')) expect(most, name).toBe(0)
      else if (alpha === 1) expect(most, name).toBe(0)
      else expect(most, name).toBeGreaterThan(0)
    }
  }
})

test('a row’s group is its gate’s first choice; users and items never share one', () => {
  const at = { ...scene, counts: { users: 5, items: 5 } }
  const params = parseParams(htd, { ...few, alpha: 1 })
  const leaves = leavesOf(htd, params, at)
  const choices = (side: string) => {
    const logits = tf.add(tf.matMul(leaves[`teacher ${side}`], leaves[`${side}Gate`]), leaves[`${side}GateBias`]) // prettier-ignore
    return (logits.arraySync() as number[][]).map((row) => row.indexOf(Math.max(...row)))
  }
  const groups = [...choices('users'), ...choices('items').map((group) => 100 + group)]
  expect(new Set(groups).size).toBeGreaterThan(2)
  const stacked = (model: string) => tf.concat([leaves[`${model} users`], leaves[`${model} items`]], 0)
  const expected = groupedTopology(stacked('student'), stacked('teacher'), groups).dataSync()[0]
  const { value } = evaluateVectors(htd, params, at, leaves)
  expect(Math.abs(value - expected) / expected).toBeLessThan(1e-5)
})

test('noise moves the grouping, never the topology', () => {
  const at = { ...scene, counts: { users: 5, items: 5 } }
  const valueAt = (alpha: number, seed: number) => {
    const params = parseParams(htd, { ...few, alpha })
    const leaves = leavesOf(htd, params, at)
    return evaluateVectors(htd, params, { ...at, seed }, leaves).value
  }
  expect(valueAt(1, 1)).toBe(valueAt(1, 2))
  expect(valueAt(0, 1)).not.toBe(valueAt(0, 2))
})

test('the default is the released configuration for CiteULike, MF to MF', () => {
  const { defaults, presets = [] } = htd
  expect(parseParams(htd)).toMatchObject(presets[0].params)
  expect(presets[0]).toMatchObject({ dataset: 'citeulike-t', teacher: 'mf', student: 'mf', ...defaults })
  expect(presets).toHaveLength(6)
})
