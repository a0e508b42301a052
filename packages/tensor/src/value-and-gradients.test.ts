import { beforeAll, expect, test } from 'vitest'
import { countTensors, prepareTensors, tf, valueAndGradients } from './index.ts'

beforeAll(async () => void (await prepareTensors()))

test('a loss and its gradients come as numbers; a leaf that is not read gets zeros; nothing is left behind', () => {
  const leaves = {
    a: tf.tensor2d([[1, 2]]),
    b: tf.tensor2d([[3], [4]]),
    unread: tf.zeros<tf.Rank.R2>([2, 2]),
  }
  const before = countTensors()
  const { value, gradients, reached } = valueAndGradients(leaves, ({ a, b }) => tf.sum(tf.matMul(a, b)))
  expect(value).toBe(11)
  expect(reached).toEqual(['a', 'b'])
  expect(gradients).toEqual({
    a: Float32Array.of(3, 4),
    b: Float32Array.of(1, 2),
    unread: new Float32Array(4),
  })
  expect(countTensors()).toBe(before)
  expect(leaves.a.arraySync()).toEqual([[1, 2]])
})

test('a loss that reads no leaf, or its numbers alone, has zeros everywhere and reaches none', () => {
  const a = tf.tensor2d([[1, 2]])
  const nothing = { value: 3, gradients: { a: new Float32Array(2) }, reached: [] }
  expect(valueAndGradients({ a }, () => tf.scalar(3))).toEqual(nothing)
  expect(valueAndGradients({ a }, ({ a }) => tf.sum(tf.tensor2d(a.arraySync())))).toEqual(nothing)
})

test('a leaf whose gradient is zero is reached all the same', () => {
  const { gradients, reached } = valueAndGradients({ a: tf.tensor2d([[-1]]) }, ({ a }) => tf.sum(tf.relu(a)))
  expect(gradients.a).toEqual(Float32Array.of(0))
  expect(reached).toEqual(['a'])
})

test('what is no scalar or no number is named', () => {
  const a = tf.tensor2d([[0, 2]])
  const before = countTensors()
  const leaf = ({ a }: { a: tf.Tensor2D }) => a
  expect(() => valueAndGradients({ a }, (leaves) => tf.square(leaf(leaves)) as unknown as tf.Scalar)).toThrow(
    'expected a scalar, got shape [1, 2]',
  )
  expect(() => valueAndGradients({ a }, () => 3 as unknown as tf.Scalar)).toThrow('got number')
  const later = () => Promise.resolve() as unknown as tf.Scalar
  expect(() => valueAndGradients({ a }, later)).toThrow('got a promise')
  expect(() => valueAndGradients({ a }, ({ a }) => tf.sum(tf.log(tf.neg(a))))).toThrow('the loss is NaN')
  expect(() => valueAndGradients({ a }, ({ a }) => tf.sum(tf.sqrt(a)))).toThrow(
    'the gradient of "a" is Infinity at element 0',
  )
  expect(countTensors()).toBe(before)
})
