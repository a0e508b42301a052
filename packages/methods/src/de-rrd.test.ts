import '@recdistill/testkit'
import { parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { evaluateVectors, leavesOf } from '../test/vector-loss.ts'
import de from './de.ts'
import deRrd from './de-rrd.ts'
import rrd from './rrd.ts'

describeMethod(deRrd, {
  unseen: ['interesting', 'uninteresting'],
  variants: [
    { experts: 2, K: 5, L: 7, maxK: 9 },
    { experts: 2, K: 5, L: 7, maxK: 9, interesting: 'score' },
  ],
})

beforeAll(() => prepareTensors())

const scene = {
  world: {
    numUsers: 10,
    numItems: 40,
    train: { offsets: new Uint32Array(11), items: new Uint32Array(0) },
    dims: { student: 3, teacher: 5 },
  },
  counts: { users: 4, positives: 3, negatives: 2 },
  rows: 4,
}
const lists = { K: 5, L: 7, maxK: 9 }
const given = { experts: 2, ...lists }

test('it is the sum of both terms with their weights, in value and gradient', () => {
  const params = parseParams(deRrd, { ...given, deLambda: 0.3, rrdLambda: 2 })
  const leaves = leavesOf(deRrd, params, scene)
  const both = evaluateVectors(deRrd, params, scene, leaves)
  const experts = evaluateVectors(de, parseParams(de, { experts: 2 }), scene, leaves)
  const ranking = evaluateVectors(rrd, parseParams(rrd, lists), scene, leaves)
  expect(both.value).toBeNear(0.3 * experts.value + 2 * ranking.value, { rel: 1e-5 })
  for (const [name, gradient] of Object.entries(both.gradients))
    expect(gradient).toBeNear(
      experts.gradients[name].map((g, n) => 0.3 * g + 2 * ranking.gradients[name][n]),
      { rel: 1e-4, abs: 1e-5 },
    )
})

test('lists, vectors and trainable parameters are those of its halves', () => {
  const params = parseParams(deRrd, given)
  expect(Object.keys(deRrd.lists(params, scene.world, undefined))).toEqual(['interesting', 'uninteresting'])
  expect(deRrd.rows?.(params, scene.world)).toEqual(de.rows?.(params, scene.world))
  expect(deRrd.aux?.(params, scene.world)).toEqual(de.aux?.(params, scene.world))
  expect([deRrd.over, deRrd.fused]).toEqual(['users', undefined])
})

test('the original experiment is its preset; defaults are those of its halves', () => {
  expect(deRrd.presets?.[0]).toMatchObject({
    dataset: 'citeulike-t/loo',
    params: { ...rrd.presets?.find(({ dataset }) => dataset === 'citeulike-t/loo')?.params, deLambda: 0.01 },
  })
  expect(parseParams(deRrd)).toEqual({
    deLambda: de.defaults.lambda,
    rrdLambda: rrd.defaults.lambda,
    ...parseParams(de),
    ...parseParams(rrd),
  })
})

test('what does not fit is refused in its own name', () => {
  const problems = (given: object) => deRrd.check?.(parseParams(deRrd, given), { numUsers: 9, numItems: 600 })
  expect(problems({ K: 501 })).toEqual([
    'de-rrd.K: expected at most maxK = 500, got 501',
    'de-rrd.L: expected at most 100, the items that are no candidates (600 - maxK), got 200',
  ])
  expect(problems({ ...lists, deLambda: 0, rrdLambda: 0 })).toEqual([
    'de-rrd: expected deLambda or rrdLambda above 0, got 0 and 0',
  ])
})
