import { prepareTensors, tf, valueAndGradients, type Scalar, type Tensor2D } from '@recdistill/tensor'
import '@recdistill/testkit'
import { beforeAll, expect, test } from 'vitest'
import { addRow, scaleAndShift } from './row-products.ts'

beforeAll(async () => void (await prepareTensors()))

const leaves = () => ({
  x: tf.randomNormal([3, 5, 4], 0, 1, 'float32', 1),
  scale: tf.randomNormal([1, 4], 0, 1, 'float32', 2),
  shift: tf.randomNormal([1, 4], 0, 1, 'float32', 3),
})

/** Some scalar that treats no number like another. */
const scalar = (y: tf.Tensor): Scalar =>
  tf.sum<Scalar>(tf.mul(tf.square(y), tf.reshape(tf.range(1, 61), [3, 5, 4])))

test('rows added and scaled have the values and gradients of broadcasts', () => {
  const given = leaves()
  const of = (f: (x: tf.Tensor, scale: Tensor2D, shift: Tensor2D) => tf.Tensor) =>
    valueAndGradients<'x' | 'scale' | 'shift', tf.Tensor>(given, ({ x, scale, shift }) =>
      scalar(f(x, scale as Tensor2D, shift as Tensor2D)),
    )
  const before = tf.memory().numTensors
  const pairs = [
    [of((x, scale, shift) => scaleAndShift(x, scale, shift)), of((x, scale, shift) => tf.add(tf.mul(x, scale), shift))],
    [of((x, _, shift) => addRow(x, shift)), of((x, _, shift) => tf.add(x, shift))],
    // the same tensor twice on one tape
    [of((x, _, shift) => tf.add(addRow(x, shift), addRow(x, shift))), of((x, _, shift) => tf.mul(tf.add(x, shift), 2))],
  ] // prettier-ignore
  expect(tf.memory().numTensors).toBe(before)
  for (const [ours, expected] of pairs) {
    expect(ours.value).toBeNear(expected.value, { rel: 1e-5 })
    for (const name of ['x', 'scale', 'shift'] as const)
      expect([...ours.gradients[name]]).toBeNear([...expected.gradients[name]], { rel: 1e-4, abs: 1e-4 })
  }
  tf.dispose(given)
})
