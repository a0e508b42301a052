import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { tf, valueAndGradients } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { bprLoss } from './index.ts'

/** Test vectors are stated for float32 with these. */
const float32 = { rel: 2e-5, abs: 1e-6 }

test('two rows, worked by hand', () => {
  const softplus = (x: number) => Math.log1p(Math.exp(x))
  const loss = bprLoss(tf.tensor2d([[2], [0]]), tf.tensor2d([[1, 2], [0, 0]])) // prettier-ignore
  expect(loss).toBeNear((softplus(1 - 2) + softplus(2 - 2)) / 2 + softplus(0))
})

test('TV-1: value and gradients, scores around 90 included', () => {
  const positive = tf.tensor2d([[0.37], [-1.42], [90.5]])
  const negative = tf.tensor2d([[-0.81, 1.13], [2.6, -88.25], [91.75, -3.4]]) // prettier-ignore
  const { value, gradients } = valueAndGradients({ positive, negative }, (leaf) =>
    bprLoss(leaf.positive, leaf.negative),
  )
  expect(value).toBeNear(3.4756721, float32)
  expect(gradients.positive).toBeNear([-0.45820297, -0.49118183, -0.38864993], float32)
  expect(gradients.negative).toBeNear(
    [0.1175261, 0.34067687, 0.49118183, 9.7539414e-39, 0.38864993, 8.2931239e-42],
    float32,
  )
})

test('gradient agrees with finite differences', () => expectGradient(bprLoss, [[4, 1], [4, 3]])) // prettier-ignore

test('padding counts for nothing: the mean runs over items, and a row of padding adds 0', () => {
  const positive = tf.tensor2d([[1], [5]])
  const padded = tf.tensor2d([[2, 0, 99], [7, 7, 7]]) // prettier-ignore
  const mask = tf.tensor2d([[1, 1, 0], [0, 0, 0]]) // prettier-ignore
  const { value, gradients } = valueAndGradients({ positive, padded }, (leaf) =>
    bprLoss(leaf.positive, leaf.padded, { mask }),
  )
  expect(value).toBeNear(bprLoss(tf.tensor2d([[1]]), tf.tensor2d([[2, 0]])))
  expect([...gradients.padded.slice(2), gradients.positive[1]]).toBeNear([0, 0, 0, 0, 0], { abs: 0 })
})

test('without negatives there is nothing to learn', () => {
  const { value, gradients } = valueAndGradients(
    { positive: tf.tensor2d([[1], [5]]), negative: tf.zeros<tf.Rank.R2>([2, 0]) },
    (leaf) => bprLoss(leaf.positive, leaf.negative),
  )
  expect([value, ...gradients.positive]).toEqual([0, 0, 0])
})

test('scores of 1e4 give a finite loss', () => {
  expect(bprLoss(tf.tensor2d([[-1e4], [1e4]]), tf.tensor2d([[1e4], [-1e4]]))).toBeNear(2e4)
})

test('no tensor is left behind', () => {
  const positive = tf.tensor2d([[1]])
  const negative = tf.tensor2d([[2, 3]])
  expectNoLeak(() => bprLoss(positive, negative))
})

test('shapes that do not fit are named', () => {
  expect(() => bprLoss(tf.zeros([2, 3]), tf.zeros([2, 3]))).toThrow('positive must be [rows, 1], got [2, 3]')
  expect(() => bprLoss(tf.zeros([2, 1]), tf.zeros([3, 3]))).toThrow(
    'positive is [2, 1] but negative is [3, 3]',
  )
  expect(() => bprLoss(tf.zeros([2, 1]), tf.zeros([2, 3]), { mask: tf.ones([2, 2]) })).toThrow(
    'negative is [2, 3] but mask is [2, 2]',
  )
})

test('rows that are no tensor are told how to be one', () => {
  expect(() => bprLoss([[1]] as never, [[0]] as never)).toThrow(
    'bprLoss: positive must be a tensor, got object; tf.tensor2d makes one of rows',
  )
  expect(() => bprLoss(tf.zeros([1, 1]), [[0]] as never)).toThrow('bprLoss: negative must be a tensor')
})
