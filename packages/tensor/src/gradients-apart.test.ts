import { expect, test } from 'vitest'
import { prepareTensors, tf, valueAndGradients } from './index.ts'

test('on the plain backend too each gradient has numbers of its own, which the caller may change', async () => {
  await prepareTensors({ backend: 'cpu' })
  const leaves = { a: tf.tensor2d([[1, 2]]), b: tf.tensor2d([[3, 4]]) }
  const { gradients } = valueAndGradients(leaves, ({ a, b }) => tf.sum(tf.add(a, b)))
  for (const gradient of Object.values(gradients)) gradient.forEach((g, n) => (gradient[n] = 3 * g))
  expect(gradients).toEqual({ a: Float32Array.of(3, 3), b: Float32Array.of(3, 3) })
})
