import { createRng } from '@recdistill/core'
import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { dropout, tf } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { project, squaredDistance, weightedSum } from './index.ts'

const x = tf.tensor2d([[1, -2]])

test('one layer and two, worked by hand', () => {
  const weight = tf.tensor2d([[1, 2, 3], [4, 5, 6]]) // prettier-ignore
  expect(project(x, { weight })).toBeNear([1 - 8, 2 - 10, 3 - 12])
  expect(project(x, { weight, bias: tf.tensor2d([[1, 0, 0]]) })).toBeNear([-6, -8, -9])
  const two = { hidden: tf.tensor2d([[1, 1], [0, 1]]), output: tf.tensor2d([[2], [10]]) } // prettier-ignore
  expect(project(x, two)).toBeNear([2]) // relu of [1, -1]
  const biases = { hiddenBias: tf.tensor2d([[0, 3]]), outputBias: tf.tensor2d([[0.5]]) }
  expect(project(x, { ...two, ...biases })).toBeNear([2 * 1 + 10 * 2 + 0.5])
})

test('dropout falls on the input and on the hidden units, each with words of its own', () => {
  const input = tf.ones<tf.Rank.R2>([50, 2])
  const two = { hidden: tf.tensor2d([[1, 1], [1, -1]]), output: tf.tensor2d([[2], [10]]) } // prettier-ignore
  const drops = () => {
    const layer = (seed: number) => ({ rate: 0.5, words: createRng(seed) })
    return { input: layer(1), hidden: layer(2) }
  }
  const kept = dropout(input, drops().input)
  const [a, b] = tf.split(kept, 2, 1)
  const hidden = tf.concat([tf.add(a, b), tf.relu(tf.sub(a, b))], 1) as tf.Tensor2D
  const expected = tf.matMul(dropout(hidden, drops().hidden), two.output)
  expect(project(input, two, { dropout: drops() })).toBeNear(expected.dataSync())
  expect(new Set(expected.dataSync()).size).toBeGreaterThan(2)
})

test('gradients agree with finite differences, with and without normalising', () => {
  const target = tf.tensor2d([[0.5, -1, 2], [1, 1, 0]]) // prettier-ignore
  for (const normalise of [false, true])
    expectGradient(
      (x, hidden, hiddenBias, output, outputBias) =>
        squaredDistance(project(x, { hidden, hiddenBias, output, outputBias }), target, { normalise }),
      [[2, 2], [2, 4], [1, 4], [4, 3], [1, 3]], // prettier-ignore
      { step: 0.01, seed: 4, abs: 2e-3 },
    )
})

test('normalised rows are compared by direction; rows of zeros are finite', () => {
  const [a, b] = [tf.tensor2d([[3, 0], [0, 0]]), tf.tensor2d([[0, 5], [0, 2]])] // prettier-ignore
  expect(squaredDistance(a, b)).toBeNear(9 + 25 + 4)
  expect(squaredDistance(a, b, { normalise: true })).toBeNear(2 + 1)
  expect(squaredDistance(a, tf.mul(a, 7), { normalise: true })).toBeNear(0)
  expect(() => squaredDistance(a, tf.ones([1, 2]))).toThrow('squaredDistance: x is [2, 2] but y is [1, 2]')
})

test('a weighted sum leaves out what weighs nothing', () => {
  expect(weightedSum([[2, tf.scalar(3)], [0, tf.scalar(NaN)], [0.5, tf.scalar(4)]])).toBeNear(8) // prettier-ignore
  expect(weightedSum([])).toBeNear(0)
  const one = tf.scalar(1)
  const column = tf.ones<tf.Rank.R2>([3, 1])
  expectNoLeak(() => [weightedSum([[1, one]]), squaredDistance(x, x), project(column, { weight: x })])
})
