import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { prepareTensors } from '../prepare-tensors.ts'

beforeAll(async () => {
  await prepareTensors()
})

const reductions = [
  ['sum', tf.sum, 0],
  ['mean', tf.mean, NaN],
  ['product', tf.prod, 1],
  ['maximum', tf.max, -Infinity],
  ['minimum', tf.min, Infinity],
] as const

test.each(reductions)('the %s of no numbers, whatever memory held before', (_, reduce, value) => {
  const [wide, high] = [tf.zeros([2, 0]), tf.zeros([0, 3])]
  for (let n = 0; n < 20; n++) {
    scribble()
    const found = tf.tidy(() => [
      reduce(wide).arraySync(),
      reduce(wide, 1).arraySync(),
      reduce(wide, -1, true).arraySync(),
      reduce(high, 0).arraySync(),
      reduce(high, [0, 1], true).arraySync(),
    ])
    expect(found).toEqual([value, [value, value], [[value], [value]], [value, value, value], [[value]]])
  }
  tf.dispose([wide, high])
})

test('an axis that is left may be the empty one', () => {
  const wide = tf.zeros([2, 0, 3])
  expect(tf.sum(wide, 0).shape).toEqual([0, 3])
  expect(tf.max(wide, 2, true).shape).toEqual([2, 0, 1])
})

test('whole numbers have their bounds, and of no truth all are true and none is', () => {
  const none = tf.zeros([0], 'int32')
  const no = tf.zeros([2, 0], 'bool')
  for (let n = 0; n < 20; n++) {
    scribble()
    expect([tf.sum(none), tf.max(none), tf.min(none)].map((x) => x.arraySync())).toEqual([0, -(2 ** 31), 2 ** 31 - 1]) // prettier-ignore
    expect([tf.all(no, 1), tf.any(no, 1)].map((x) => x.arraySync())).toEqual([[1, 1], [0, 0]]) // prettier-ignore
  }
})

/** Leaves large numbers in memory that is given back. */
function scribble(): void {
  tf.dispose(Array.from({ length: 400 }, (_, size) => tf.fill([1 + (size % 40), 1 + (size % 3)], 1e10)))
}
