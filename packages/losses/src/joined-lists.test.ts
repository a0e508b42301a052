import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { type Scalar, tf } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { joinedLists } from './index.ts'

test('rows of the lists stand one behind the other', () => {
  const joined = joinedLists(tf.tensor2d([[1], [2]]), tf.tensor2d([[3, 4], [5, 6]])) // prettier-ignore
  expect(joined.arraySync()).toEqual([[1, 3, 4], [2, 5, 6]]) // prettier-ignore
  expect(joinedLists(tf.tensor2d([[7]])).arraySync()).toEqual([[7]])
})

test('gradient agrees with finite differences', () =>
  expectGradient(
    (a, b) => tf.tidy(() => tf.sum<Scalar>(tf.square(joinedLists(a, b)))),
    [[2, 1], [2, 3]], // prettier-ignore
  ))

test('no tensor is left behind', () => {
  const list = tf.tensor2d([[1, 2]])
  expectNoLeak(() => joinedLists(list, list))
})

test('lists of different rows are named', () => {
  expect(() => joinedLists(tf.zeros([2, 3]), tf.zeros([2, 1]), tf.zeros([1, 3]))).toThrow(
    'joinedLists: list 0 is [2, 3] but list 2 is [1, 3]; they must have the same rows',
  )
})
