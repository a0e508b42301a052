import '@recdistill/testkit'
import { expect, test } from 'vitest'
import { binaryCrossEntropy } from './binary-cross-entropy.ts'

test('logits form, entries without target left out (TV-12)', () => {
  const scores = Float32Array.of(1.7, -0.6, 0.25, -3.3, 40)
  const grad = new Float32Array(5).fill(7)
  expect(binaryCrossEntropy(scores, Float32Array.of(1, 0, 1, NaN, 0), grad)).toBeNear(41.181213, {
    rel: 1e-6,
  })
  expect(grad).toBeNear([-0.15446527, 0.35434369, -0.4378235, 0, 1], { rel: 1e-6 })
})

test('extreme scores keep value and gradient', () => {
  const grad = new Float32Array(4)
  const loss = binaryCrossEntropy(Float32Array.of(1e4, -1e4, 1e4, 0), Float32Array.of(1, 1, 0, 0.25), grad)
  expect(loss).toBeNear(2e4 + Math.LN2, { rel: 1e-6 })
  expect([...grad]).toEqual([0, -1, 1, 0.25])
})
