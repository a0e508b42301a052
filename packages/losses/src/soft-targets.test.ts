import { expectNoLeak } from '@recdistill/testkit'
import { type Scalar, tf, valueAndGradients } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { softTargets } from './index.ts'

const float32 = { rel: 2e-5, abs: 1e-6 }

test('TV-5 and TV-6: probabilities at temperatures of 5 and 2', () => {
  expect(softTargets(tf.tensor2d([[-2.1, 3.7, 0.45, 88]]), { temperature: 5 })).toBeNear(
    [0.39651675, 0.67699586, 0.52248482, 0.99999998],
    float32,
  )
  expect(
    softTargets(
      tf.tensor2d([
        [2.8, -1.6],
        [3.15, -4.4],
      ]),
      { temperature: 2 },
    ),
  ).toBeNear(
    // prettier-ignore
    [0.80218389, 0.31002552, 0.82849523, 0.099750489],
    float32,
  )
})

test('the shift comes before the division', () => {
  expect(softTargets(tf.tensor2d([[1]]), { temperature: 2, shift: 3 })).toBeNear(1 / (1 + Math.exp(-2)))
})

test('they are constants', () => {
  const { gradients } = valueAndGradients({ s: tf.tensor2d([[1, -2]]) }, ({ s }) =>
    tf.tidy(() => tf.sum<Scalar>(tf.mul(s, softTargets(s)))),
  )
  expect(gradients.s).toBeNear([1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(2))], float32)
})

test('scores of 1e4 stay finite, and no tensor is left behind', () => {
  const scores = tf.tensor2d([[1e4, -1e4]])
  expect(softTargets(scores)).toBeNear([1, 0])
  expectNoLeak(() => softTargets(scores))
})

test('a bad temperature is named', () => {
  expect(() => softTargets(tf.zeros([1, 1]), { temperature: 0 })).toThrow(
    'softTargets: temperature must be above 0, got 0',
  )
})
