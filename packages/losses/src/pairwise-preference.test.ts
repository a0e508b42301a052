import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import { describe, expect, test } from 'vitest'
import { pairwisePreference } from './index.ts'

const golden = { rel: 2e-6, abs: 1e-6 }

describe('TV-11', () => {
  const leaves = () => ({
    preferred: tf.tensor2d([[0.64, -1.2], [3.3, -40]]), // prettier-ignore
    other: tf.tensor2d([[1.07, -1.9], [-2.2, 50]]), // prettier-ignore
  })
  test.each([
    [1e-10, 12.1821, [[-0.30293683, -0.16590611], [-0.0020350689, -4.0970063e-30]]], // prettier-ignore
    [0, 45.669174, [[-0.30293683, -0.16590611], [-0.0020350689, -0.5]]], // prettier-ignore
  ])('with %d added inside the logarithm', (epsilon, loss, expected) => {
    const { value, gradients } = valueAndGradients(leaves(), ({ preferred, other }) =>
      pairwisePreference(preferred, other, { epsilon }),
    )
    expect(value).toBeNear(loss, golden)
    expect(gradients.preferred).toBeNear(expected, golden)
    expect(gradients.other).toBeNear(
      expected.map((row) => row.map((g) => -g)),
      golden,
    )
  })
})

test('gradient agrees with finite differences, weighted and masked', () => {
  const weights = tf.tensor2d([[1, 3, 0.5], [2, 0, 4]]) // prettier-ignore
  const mask = tf.tensor2d([[1, 1, 0], [1, 1, 1]]) // prettier-ignore
  for (const epsilon of [0, 1e-3])
    expectGradient((p, o) => pairwisePreference(p, o, { weights, mask, epsilon }), [[2, 3], [2, 3]], { scale: 3 }) // prettier-ignore
})

test('a mean over the pairs a row has, summed over rows', () => {
  const gap = (x: number) => Math.log1p(Math.exp(-x))
  const preferred = tf.tensor2d([[2, 1, 9], [0, 5, 9]]) // prettier-ignore
  const other = tf.tensor2d([[1, 1, 0], [0, 9, 0]]) // prettier-ignore
  const mask = tf.tensor2d([[1, 1, 0], [1, 0, 0]]) // prettier-ignore
  expect(pairwisePreference(preferred, other, { mask })).toBeNear((gap(1) + gap(0)) / 2 + gap(0))
  const weights = tf.tensor2d([[3, 2, 1], [7, 1, 1]]) // prettier-ignore
  expect(pairwisePreference(preferred, other, { mask, weights })).toBeNear(
    (3 * gap(1) + 2 * gap(0)) / 2 + 7 * gap(0),
  )
})

test('fewer weights than places: those behind weigh nothing', () => {
  const [preferred, other] = [tf.tensor2d([[2, 1, 9]]), tf.tensor2d([[1, 1, 0]])] // prettier-ignore
  const gap = (x: number) => Math.log1p(Math.exp(-x))
  expect(pairwisePreference(preferred, other, { weights: tf.tensor2d([[3]]) })).toBeNear((3 * gap(1)) / 3)
  expect(() => pairwisePreference(preferred, other, { weights: tf.zeros([1, 4]) })).toThrow(
    'pairwisePreference: there are 3 pairs a row but 4 weights',
  )
})

test('rows without pairs add nothing', () => {
  const none: Tensor2D = tf.zeros([2, 0])
  expect(pairwisePreference(none, none)).toBeNear(0)
  expect(pairwisePreference(tf.zeros([2, 3]), tf.ones([2, 3]), { mask: tf.zeros([2, 3]) })).toBeNear(0)
})

test('gaps of any size are finite', () => {
  const [high, low]: Tensor2D[] = [tf.fill([1, 1], 5e3), tf.fill([1, 1], -5e3)]
  expect(pairwisePreference(low, high)).toBeNear(1e4)
  expect(pairwisePreference(high, low)).toBeNear(0)
  expect(pairwisePreference(low, high, { epsilon: 1e-10 })).toBeNear(10 * Math.log(10), { rel: 1e-4 })
})

test('no tensor is left behind', () => {
  const x: Tensor2D = tf.tensor2d([[1, 2]])
  expectNoLeak(() => pairwisePreference(x, x, { weights: x, mask: x, epsilon: 1e-10 }))
})

test('what does not fit is named', () => {
  expect(() => pairwisePreference(tf.zeros([3, 2]), tf.zeros([3, 4]))).toThrow(
    'pairwisePreference: preferred is [3, 2] but other is [3, 4]; they are about the same pairs',
  )
  expect(() => pairwisePreference(tf.zeros([1, 1]), tf.zeros([1, 1]), { epsilon: -1 })).toThrow(
    'pairwisePreference: epsilon must be at least 0, got -1',
  )
})

test('the epsilon bounds a pair that is wrong by any margin', () => {
  for (const margin of [50, 1e4, 1e8, 1e20])
    expect(pairwisePreference(tf.tensor2d([[0]]), tf.tensor2d([[margin]]), { epsilon: 1e-10 })).toBeNear(
      10 * Math.log(10),
      { rel: 1e-6 },
    )
})

test('weights are constants, whatever they were computed from', () => {
  const { gradients } = valueAndGradients({ x: tf.tensor2d([[1, 2]]) }, ({ x }) =>
    pairwisePreference(tf.zeros([1, 3]), tf.ones([1, 3]), { weights: tf.square(x) }),
  )
  expect(gradients.x).toBeNear([0, 0])
})
