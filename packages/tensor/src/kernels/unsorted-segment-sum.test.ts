import { beforeAll, expect, test } from 'vitest'
import { prepareTensors, tf } from '../index.ts'

beforeAll(async () => void (await prepareTensors()))

test('rows with one id are added, ids outside are dropped, empty segments are zero', () => {
  const x = tf.tensor2d([[1, 2], [3, 4], [5, 6], [7, 8]]) // prettier-ignore
  const sums = tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 9], 'int32'), 4)
  expect(sums.arraySync()).toEqual([[3, 4], [0, 0], [6, 8], [0, 0]]) // prettier-ignore
})

test('higher ranks keep their inner shape', () => {
  const x = tf.range(0, 12).reshape([3, 2, 2])
  const sums = tf.unsortedSegmentSum(x, tf.tensor1d([1, 1, 0], 'int32'), 2)
  expect(sums.arraySync()).toEqual([[[8, 9], [10, 11]], [[4, 6], [8, 10]]]) // prettier-ignore
})

test('gather has a gradient, on computed tables too', () => {
  const table = tf.tensor2d([[1, 2], [3, 4], [5, 6]]) // prettier-ignore
  const ids = tf.tensor1d([2, 0, 2], 'int32')
  const gradient = tf.grad((x) => tf.sum(tf.square(tf.gather(tf.mul(x, 1), ids))))(table)
  expect(gradient.arraySync()).toEqual([[2, 4], [0, 0], [20, 24]]) // prettier-ignore
})

test('a thousand segments take milliseconds, not the product with the rows', () => {
  const x = tf.ones([50_000, 8])
  const ids = tf.tensor1d(Int32Array.from({ length: 50_000 }, (_, n) => n % 1000), 'int32') // prettier-ignore
  const start = performance.now()
  const sums = tf.unsortedSegmentSum(x, ids, 1000).dataSync()
  expect(performance.now() - start).toBeLessThan(1000)
  expect(sums.every((sum) => sum === 50)).toBe(true)
})
