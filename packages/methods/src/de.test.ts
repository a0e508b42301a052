import { expectNoLeak } from '@recdistill/testkit'
import { parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors, tf } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { evaluateVectors, expectGradientOf, leavesOf } from '../test/vector-loss.ts'
import de from './de.ts'
import { expertAux, hiddenWidth } from './experts/parameters.ts'
import { expertTemperature } from './experts/temperature.ts'

describeMethod(de, { variants: [{ experts: 1 }, { experts: 3, annealEpochs: 2, annealIndex: 'previous' }] })

beforeAll(() => prepareTensors())

const worldOf = (student: number, teacher: number) => ({
  numUsers: 10,
  numItems: 20,
  train: { offsets: new Uint32Array(11), items: new Uint32Array(0) },
  dims: { student, teacher },
})
const scene = { world: worldOf(3, 5), counts: { users: 4, positives: 3, negatives: 2 }, rows: 4 }
const schedule = { startT: 1, endT: 1e-10, annealEpochs: null, annealIndex: 'epoch' } as const

test('TV-17: the temperature over 1000 epochs, by the index of this epoch and of the one before', () => {
  // prettier-ignore
  const expected = [[0, 1], [1, 0.97723722], [100, 0.1], [250, 0.0031622777], [999, 1.023293e-10]]
  for (const [epoch, T] of expected) {
    expect(expertTemperature(schedule, { epoch, epochs: 1000 })).toBeNear(T, { rel: 1e-7, abs: 0 })
    const before = { ...schedule, annealIndex: 'previous' } as const
    expect(expertTemperature(before, { epoch: epoch + 1, epochs: 1000 })).toBeNear(T, { rel: 1e-7, abs: 0 })
    expect(expertTemperature(before, { epoch: 0, epochs: 1000 })).toBe(1)
  }
  expect(expertTemperature({ ...schedule, annealEpochs: 10 }, { epoch: 50, epochs: 1000 })).toBe(1e-10)
})

test('hidden width is half of both lengths, or half of the student’s when they are equal', () => {
  expect([hiddenWidth(20, 400), hiddenWidth(20, 20), hiddenWidth(5, 8), hiddenWidth(1, 1)]).toEqual([
    210, 10, 6, 1,
  ])
})

test('experts and gates of users and items, uniform in one over the root of their inputs', () => {
  const aux = expertAux(30, worldOf(20, 400))
  expect(Object.keys(aux)).toHaveLength(12)
  expect(aux.usersHidden).toEqual({ shape: [20, 6300], init: { uniform: 1 / Math.sqrt(20) } })
  expect(aux.usersHiddenBias).toEqual({ shape: [1, 6300], init: { uniform: 1 / Math.sqrt(20) } })
  expect(aux.itemsOutput).toEqual({ shape: [6300, 400], init: { uniform: 1 / Math.sqrt(210) } })
  expect(aux.itemsOutputBias).toEqual({ shape: [30, 400], init: { uniform: 1 / Math.sqrt(210) } })
  expect(aux.itemsGate).toEqual({ shape: [400, 30], init: { uniform: 1 / 20 } })
  expect(aux.itemsGateBias).toEqual({ shape: [1, 30], init: { uniform: 1 / 20 } })
})

test('users weigh 1, positives and negatives 0.5 each: with silent experts the loss is the teacher’s lengths', () => {
  const leaves = leavesOf(de, parseParams(de, { experts: 2 }), scene)
  const silent = Object.fromEntries(
    Object.entries(leaves).map(([name, leaf]) => [name, / /.test(name) ? leaf : tf.zerosLike(leaf)]),
  )
  const { value } = evaluateVectors(de, parseParams(de, { experts: 2 }), scene, silent)
  const length = (name: string) =>
    leaves[`teacher ${name}`].dataSync<'float32'>().reduce((sum, t) => sum + t * t, 0)
  expect(value).toBeNear(length('users') + 0.5 * (length('positives') + length('negatives')), { rel: 1e-5 })
})

test('gradient with respect to vectors, experts and gates agrees with finite differences; teachers have none', () => {
  for (const epoch of [0, 4]) {
    const params = parseParams(de, { experts: 2, annealEpochs: 100 })
    const at = { ...scene, epoch, counts: { users: 2, positives: 2, negatives: 1 } }
    const leaves = leavesOf(de, params, at)
    expectGradientOf(de, params, at, { isLearned: (name) => !name.startsWith('teacher') })
    const { gradients } = evaluateVectors(de, params, at, leaves)
    for (const [name, gradient] of Object.entries(gradients))
      if (name.startsWith('teacher')) expect(gradient.every((g) => g === 0)).toBe(true)
  }
})

test('at the end of annealing, with one expert, without items: finite, and no tensor is left behind', () => {
  for (const [given, at] of [
    [{ experts: 3 }, { ...scene, epoch: 99 }],
    [{ experts: 1 }, scene],
    [{ experts: 2 }, { ...scene, counts: { users: 1, positives: 0, negatives: 0 } }],
  ] as const) {
    const params = parseParams(de, given)
    const leaves = leavesOf(de, params, at)
    evaluateVectors(de, params, at, leaves)
    expectNoLeak(() => (evaluateVectors(de, params, at, leaves), []))
  }
})

test('the default is the released configuration for CiteULike, MF to MF', () => {
  const { defaults, presets = [] } = de
  expect(parseParams(de)).toMatchObject(presets[0].params)
  expect(presets[0]).toMatchObject({ dataset: 'citeulike-t', teacher: 'mf', student: 'mf', ...defaults })
  expect(presets).toHaveLength(7)
})
