import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import { describe, expect, test } from 'vitest'
import { hybridWeights, positionWeights, rankDiscrepancyWeights, weightedPositives } from './index.ts'

const golden = { rel: 2e-6, abs: 1e-6 }

describe('TV-7', () => {
  const scores = [[0.42, -1.31, 2.07, -0.66], [-30.4, 90.1, 0.28, 1.95]] // prettier-ignore
  const sampled = [[0.1, 0.9, -0.3, 1.5, -2, 0.6, 2.4, -0.9, 0.33, 1.1], [0.5, 1.7, -1.2, 2.2, 0.05, -0.4, 3.1, 0.9, -2.6, 1.4]] // prettier-ignore
  const options = { numItems: 101, mu: 0.1 }
  const byPlace = positionWeights(4, 1)
  const dynamic = (rankOffset: 0 | 1) =>
    rankDiscrepancyWeights(tf.tensor2d(scores), tf.tensor2d(sampled), { ...options, rankOffset })

  test('weights by place', () => {
    expect(byPlace).toBeNear([0.64391426, 0.23688282, 0.087144319, 0.032058603], golden)
  })

  test('weights by discrepancy', () => {
    expect(dynamic(0)).toBeNear(
      [[0.9999092, 0.99999996, 0.66403677, 0.99999959], [1, 0, 0.99998167, 0.93540907]], // prettier-ignore
      golden,
    )
  })

  const ones = tf.tensor2d([[1, 1, 1, 1], [1, 1, 1, 1]]) // prettier-ignore
  test.each([
    [
      'static',
      () => hybridWeights(byPlace, ones),
      [
        [0.64391426, 0.23688282, 0.087144319, 0.032058603],
        [0.64391426, 0.23688282, 0.087144319, 0.032058603],
      ],
      20.365287,
      [
        [-0.25532279, -0.18654834, -0.0097642628, -0.021134967],
        [-0.64391426, -1.7563083e-40, -0.037511601, -0.0039930067],
      ],
    ],
    [
      'hybrid, original',
      () => hybridWeights(byPlace, ones, { byDiscrepancy: dynamic(0) }),
      [
        [0.6438558, 0.23688281, 0.057867032, 0.03205859],
        [0.64391426, 0, 0.087142721, 0.029987908],
      ],
      20.361501,
      [
        [-0.25529961, -0.18654833, -0.0064838296, -0.021134959],
        [-0.64391426, 0, -0.037510913, -0.0037350947],
      ],
    ],
    [
      'hybrid, port',
      () => hybridWeights(byPlace, ones, { byDiscrepancy: dynamic(1), renormalise: true }),
      [
        [0.66022066, 0.24289966, 0.064006797, 0.032872884],
        [0.84568602, 0, 0.11444944, 0.039864536],
      ],
      26.531239,
      [
        [-0.26178855, -0.19128668, -0.007171772, -0.02167179],
        [-0.84568602, 0, -0.049265194, -0.0049652619],
      ],
    ],
  ])('%s', (_, weightsOf, weights, loss, gradient) => {
    // prettier-ignore
    const found = weightsOf()
    expect(found).toBeNear(weights, golden)
    const { value, gradients } = valueAndGradients({ scores: tf.tensor2d(scores) }, ({ scores }) =>
      weightedPositives(scores, found),
    )
    expect(value).toBeNear(loss, golden)
    expect(gradients.scores).toBeNear(gradient, golden)
  })
})

test('gradient agrees with finite differences', () => {
  const weights = tf.tensor2d([[1, 0, 0.3], [2, 0.1, 0]]) // prettier-ignore
  expectGradient((scores) => weightedPositives(scores, weights), [[2, 3]], { scale: 3 })
})

test('weights by place sum to 1 and fall by the same factor', () => {
  for (const [K, T] of [
    [1, 1],
    [7, 0.1],
    [30, 5],
    [500, 1e6],
  ]) {
    // prettier-ignore
    const weights = positionWeights(K, T)
    expect(weights.reduce((a, b) => a + b, 0)).toBeNear(1, { rel: 1e-5 })
    for (let k = 1; k < K; k++)
      expect(weights[k]).toBeNear(weights[k - 1] * Math.exp(-1 / T), { rel: 1e-5, abs: 1e-30 })
  }
})

test('an item that nothing outscores weighs nothing, the worst most', () => {
  const sampled = tf.tensor2d([[1, 2, 3, 4]])
  const at = (score: number) =>
    rankDiscrepancyWeights(tf.tensor2d([[score]]), sampled, { numItems: 9, mu: 0.1 })
  expect(at(4)).toBeNear([0]) // a tie does not outscore
  expect(at(3.5)).toBeNear([Math.tanh(0.1 * 2)])
  expect(at(-9)).toBeNear([Math.tanh(0.1 * 8)])
})

test('padding outscores nothing and is not counted', () => {
  const mask = tf.tensor2d([[1, 1, 0, 0], [0, 0, 0, 0]]) // prettier-ignore
  const sampled = tf.tensor2d([[1, -1, 0, 0], [9, 9, 9, 9]]) // prettier-ignore
  const options = { numItems: 9, mu: 0.1, sampledMask: mask }
  expect(rankDiscrepancyWeights(tf.tensor2d([[0], [0]]), sampled, options)).toBeNear([Math.tanh(0.1 * 4), 0])
})

test('a row of weights 0 stays 0 when renormalised', () => {
  const byDiscrepancy = tf.tensor2d([[0, 0], [0, 0.5]]) // prettier-ignore
  const weights = hybridWeights(positionWeights(2, 1), tf.ones([2, 2]), { byDiscrepancy, renormalise: true })
  expect(weights).toBeNear([[0, 0], [0, 1]]) // prettier-ignore
})

test('no tensor is left behind, and weights are constants', () => {
  const x: Tensor2D = tf.tensor2d([[1, 2]])
  expectNoLeak(() => [
    weightedPositives(x, x),
    hybridWeights(positionWeights(2, 1), x, { byDiscrepancy: x, renormalise: true }),
    rankDiscrepancyWeights(x, x, { numItems: 5, mu: 1, sampledMask: x }),
  ])
  const { gradients } = valueAndGradients({ x }, ({ x }) =>
    tf.sum(rankDiscrepancyWeights(x, tf.tensor2d([[3, 4]]), { numItems: 5, mu: 1 })),
  )
  expect(gradients.x).toBeNear([0, 0])
  const own = valueAndGradients({ x }, ({ x }) => weightedPositives(tf.zeros([1, 2]), tf.square(x)))
  expect(own.value).toBeNear(5 * Math.log(2))
  expect(own.gradients.x).toBeNear([0, 0])
})

test('what does not fit is named', () => {
  expect(() => weightedPositives(tf.zeros([3, 2]), tf.zeros([3, 4]))).toThrow(
    'weightedPositives: scores is [3, 2] but weights is [3, 4]; every item needs a weight',
  )
  expect(() => positionWeights(3, 0)).toThrow('positionWeights: T must be above 0, got 0')
  expect(() => rankDiscrepancyWeights(tf.zeros([1, 1]), tf.zeros([2, 1]), { numItems: 5, mu: 1 })).toThrow(
    'rankDiscrepancyWeights: scores is [1, 1] but sampled is [2, 1]; they must have the same rows',
  )
})
