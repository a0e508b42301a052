import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { listScores, pairwiseRegulariser } from './index.ts'

test('TV-15: value and gradient of the projected gap', () => {
  const projected = tf.tensor2d([[0.84, 0], [-1.9, 0], [0.37, 0]]) // prettier-ignore
  const raw = tf.tensor2d([[1.21, 0], [0.66, 0], [-90.5, 0]]) // prettier-ignore
  const { value, gradients } = valueAndGradients({ projected, raw }, (leaf) =>
    pairwiseRegulariser(leaf.projected, leaf.raw),
  )
  expect(value).toBeNear(35.298917, { rel: 1e-6 })
  const first = [-0.32153237, -0.5134744, 90.5]
  expect(gradients.projected).toBeNear(first.flatMap((g) => [g, -g]), { rel: 1e-6, abs: 1e-6 }) // prettier-ignore
  expect(gradients.raw).toEqual(new Float32Array(6))
})

test('gradient agrees with finite differences; a row without both items counts nothing', () => {
  const raw = tf.tensor2d([[1, -0.5], [0.2, 0.9], [2, 1], [0, 3]]) // prettier-ignore
  const mask = tf.tensor2d([[1, 1], [1, 1], [1, 0], [0, 0]]) // prettier-ignore
  expectGradient((projected) => pairwiseRegulariser(projected, raw, { mask }), [[4, 2]])
  const two = (x: Tensor2D) => tf.slice(x, 0, 2)
  expect(pairwiseRegulariser(raw, raw, { mask })).toBeNear(
    pairwiseRegulariser(two(raw), two(raw)).dataSync()[0],
  )
})

test('a thousandfold gap stays finite; one item is refused, a third takes no part', () => {
  expect(pairwiseRegulariser(tf.tensor2d([[1e3, 0]]), tf.tensor2d([[-1e3, 0]]))).toBeNear(1e6)
  expect(() => pairwiseRegulariser(tf.ones([2, 1]), tf.ones([2, 1]))).toThrow('expected two items a row')
  const [three, ones] = [tf.tensor2d([[1, 3, 90]]), tf.tensor2d([[1, 1, 0]])]
  const two = tf.tensor2d([[1, 3]])
  expect(pairwiseRegulariser(three, three, { mask: ones })).toBeNear(
    pairwiseRegulariser(two, two).dataSync()[0],
  )
})

test('scores of lists are dot products, gradient included', () => {
  const users = tf.tensor2d([[1, 2], [3, -1]]) // prettier-ignore
  const items = tf.tensor2d([[1, 0], [0, 1], [2, 2], [1, 1], [0, 0], [-1, 3]]) // prettier-ignore
  expect(listScores(users, items)).toBeNear([1, 2, 6, 2, 0, -6])
  expectGradient((u, i) => tf.sum(tf.square(listScores(u, i))), [[2, 3], [4, 3]]) // prettier-ignore
  expect(() => listScores(users, tf.ones([3, 2]))).toThrow('items must be [2 * Q, 2], got [3, 2]')
  expect(() => listScores(tf.zeros([0, 2]), tf.ones([3, 2]))).toThrow('items must be [0 * Q, 2], got [3, 2]')
  expectNoLeak(() => listScores(users, items))
})
