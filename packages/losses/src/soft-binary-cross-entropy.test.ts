import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { tf, valueAndGradients } from '@recdistill/tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { softBinaryCrossEntropy } from './index.ts'

const float32 = { rel: 2e-5, abs: 1e-6 }

describe('TV-6, scores around -27 and 90 included', () => {
  const student = [[1.34, -0.57], [-27.5, 90.2]] // prettier-ignore
  const targets = [[0.80218389, 0.31002552], [0.82849523, 0.099750489]] // prettier-ignore
  test.each([
    [null, 105.10871, [-0.0096939471, 0.051211306, -0.82849523, 0.90024951]],
    [1e-10, 40.919012, [-0.0096939472, 0.051211306, -0.009338322, 6.039495e-30]],
  ])('epsilon %j', (epsilon, loss, gradient) => {
    const { value, gradients } = valueAndGradients({ s: tf.tensor2d(student) }, ({ s }) =>
      softBinaryCrossEntropy(s, tf.tensor2d(targets), { epsilon }),
    )
    expect(value).toBeNear(loss, float32)
    expect(gradients.s).toBeNear(gradient, float32)
  })
})

test('TV-5: targets of sigmoid(score / 5), the receiving score undivided', () => {
  const giver = tf.tensor2d([[-2.1, 3.7, 0.45, 88]])
  const target = tf.sigmoid<tf.Tensor2D>(tf.div(giver, 5))
  expect(target).toBeNear([0.39651675, 0.67699586, 0.52248482, 0.99999998], float32)
  const { value, gradients } = valueAndGradients({ s: tf.tensor2d([[1.62, -0.83, 90.4, -41.7]]) }, ({ s }) =>
    softBinaryCrossEntropy(s, target),
  )
  expect(value).toBeNear(86.949385, float32)
  expect(gradients.s).toBeNear([0.43827838, -0.37335079, 0.47751518, -0.99999998], float32)
})

test('two scores, worked by hand', () => {
  const loss = softBinaryCrossEntropy(tf.tensor2d([[0, 2]]), tf.tensor2d([[0.25, 1]]))
  expect(loss).toBeNear(Math.log(2) + Math.log(1 + Math.exp(-2)))
})

test('gradient agrees with finite differences, padding included', () => {
  const target = tf.randomUniform<tf.Rank.R2>([3, 4], 0, 1, 'float32', 7)
  const mask = tf.tensor2d([[1, 1, 1, 1], [1, 0, 1, 0], [0, 0, 0, 0]]) // prettier-ignore
  for (const epsilon of [null, 1e-10, 0.1])
    expectGradient((s) => softBinaryCrossEntropy(s, target, { mask, epsilon }), [[3, 4]], { scale: 2 })
})

test('no gradient flows to the target', () => {
  const leaves = { score: tf.tensor2d([[1, -2]]), target: tf.tensor2d([[0.3, 0.9]]) }
  for (const epsilon of [null, 1e-10]) {
    const { gradients } = valueAndGradients(leaves, ({ score, target }) =>
      softBinaryCrossEntropy(score, target, { epsilon }),
    )
    expect(gradients.target).toEqual(new Float32Array(2))
    expect(gradients.score[0]).not.toBe(0)
  }
})

test('padding counts for nothing, whatever stands in its place', () => {
  const mask = tf.tensor2d([[1, 0], [0, 0]]) // prettier-ignore
  const { value, gradients } = valueAndGradients(
    { s: tf.tensor2d([[1, 999], [-999, 5]]) }, // prettier-ignore
    ({ s }) => softBinaryCrossEntropy(s, tf.tensor2d([[0.5, 1], [0, 1]]), { mask }), // prettier-ignore
  )
  expect(value).toBeNear(softBinaryCrossEntropy(tf.tensor2d([[1]]), tf.tensor2d([[0.5]])))
  expect([...gradients.s].slice(1)).toEqual([0, 0, 0])
})

test('exchanging yes and no changes nothing, and the least is where the probability is the target', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: 0.01, max: 0.99 }),
      (s, y) => {
        const lossAt = (score: number, target: number) =>
          softBinaryCrossEntropy(tf.tensor2d([[score]]), tf.tensor2d([[target]])).dataSync()[0]
        expect(lossAt(-s, 1 - y)).toBeNear(lossAt(s, y), { rel: 2e-5, abs: 1e-4 })
        expect(lossAt(s, y)).toBeGreaterThanOrEqual(lossAt(Math.log(y / (1 - y)), y) - 1e-5)
      },
    ),
    { numRuns: 100, seed: 4 },
  )
})

test('scores of 1e4 stay finite', () => {
  expect(softBinaryCrossEntropy(tf.tensor2d([[1e4, -1e4]]), tf.tensor2d([[0, 1]]))).toBeNear(2e4)
})

test('no tensor is left behind', () => {
  const x = tf.tensor2d([[0.2, 0.4]])
  expectNoLeak(() => softBinaryCrossEntropy(x, x, { mask: x, epsilon: 1e-3 }))
})

test('what does not fit is named', () => {
  expect(() => softBinaryCrossEntropy(tf.zeros([2, 3]), tf.zeros([2, 4]))).toThrow(
    'softBinaryCrossEntropy: score is [2, 3] but target is [2, 4]; each score has its own target',
  )
  expect(() => softBinaryCrossEntropy(tf.zeros([1, 1]), tf.zeros([1, 1]), { epsilon: 0 })).toThrow(
    'epsilon must be above 0, got 0',
  )
})
