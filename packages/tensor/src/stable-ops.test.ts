import { beforeAll, expect, test } from 'vitest'
import { countTensors, logSigmoid, logSumExp, maskedLogSoftmax, prepareTensors, softplus } from './index.ts'
import { stopGradient, tf, type Tensor2D, valueAndGradients } from './index.ts'

beforeAll(async () => void (await prepareTensors()))

const points = [-1e4, -90, -17, -13, -1, -1e-3, 0, 1e-3, 1, 13, 17, 90, 1e4]
const softplusOf = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const sigmoidOf = (x: number) => 1 / (1 + Math.exp(-x))
const logSumExpOf = (row: readonly number[]) => {
  const max = Math.max(...row)
  return max + Math.log(row.reduce((sum, x) => sum + Math.exp(x - max), 0))
}

test('softplus and logSigmoid hold from -1e4 to 1e4, small values to their last digits', () => {
  const x = tf.tensor1d(points)
  expectNear(softplus(x).dataSync(), points.map(softplusOf))
  expectNear(logSigmoid(x).dataSync(), points.map((x) => -softplusOf(-x))) // prettier-ignore
})

test('their gradients hold there too, on leaves and on computed inputs', () => {
  for (const through of [same, computed]) {
    expectNear(
      gradient((x) => tf.sum(softplus(through(x))), points),
      points.map(sigmoidOf),
    )
    expectNear(gradient((x) => tf.sum(logSigmoid(through(x))), points), points.map((x) => sigmoidOf(-x))) // prettier-ignore
  }
})

test('logSumExp neither overflows nor loses a lone large score; its gradient is the softmax', () => {
  const rows = [[90.3, -35.2, 88.9], [1e4, 1e4, -1e4], [-1e4, -1e4, -1e4], [0.5, 0.25, -3]] // prettier-ignore
  expectNear(logSumExp(tf.tensor2d(rows)).dataSync(), rows.map(logSumExpOf))
  const expected = rows.flatMap((row) => row.map((x) => Math.exp(x - logSumExpOf(row))))
  for (const through of [same, computed])
    expectNear(
      gradient((x) => tf.sum(logSumExp(through(tf.reshape(x, [4, 3])))), rows.flat()),
      expected,
    )
})

test('maskedLogSoftmax equals the log-softmax of the rows with masked entries removed', () => {
  const rows = [[1, 95, -2, 0.5], [1e4, 3, -1e4, 2], [4, 4, 4, 4]] // prettier-ignore
  const mask = [[1, 0, 1, 1], [1, 1, 1, 0], [0, 0, 0, 0]] // prettier-ignore
  const kept = (r: number) => rows[r].filter((_, n) => mask[r][n] === 1)
  const expected = rows.map((row, r) => row.map((x, n) => (mask[r][n] ? x - logSumExpOf(kept(r)) : 0)))
  expectNear(maskedLogSoftmax(tf.tensor2d(rows), tf.tensor2d(mask)).dataSync(), expected.flat())
  // d/dx of sum of w_i log q_i is w_i - q_i sum w, masked entries out of both.
  const weights = [[0.5, 7, 2, -1], [1, 2, 3, 4], [1, 1, 1, 1]] // prettier-ignore
  const total = weights.map((row, r) => row.reduce((sum, w, n) => sum + w * mask[r][n], 0))
  const gradients = weights.map((row, r) =>
    row.map((w, n) => (mask[r][n] ? w - Math.exp(expected[r][n]) * total[r] : 0)),
  )
  for (const through of [same, computed]) {
    const weighted = (x: Tensor2D) =>
      tf.sum<tf.Scalar>(tf.mul(maskedLogSoftmax(through(tf.reshape(x, [3, 4])), tf.tensor2d(mask)), weights))
    expectNear(gradient(weighted, rows.flat()), gradients.flat())
  }
})

test('without a mask it is the plain log-softmax; a mask of another shape is refused', () => {
  const x = tf.tensor2d([[1, 2, 3]])
  expectNear(maskedLogSoftmax(x, null).dataSync(), tf.logSoftmax(x).arraySync()[0])
  expect(() => maskedLogSoftmax(x, tf.ones([1, 2]))).toThrow('scores are [1, 3] but mask is [1, 2]')
})

test('stopGradient keeps the value and stops the gradient', () => {
  expectNear(
    gradient((x) => tf.sum(tf.mul(x, stopGradient(tf.square(x)))), [3]),
    [9],
  )
})

test('none of them leaves a tensor behind, inside or outside a gradient', () => {
  const x = tf.tensor2d([[1, 2, 3]])
  const mask = tf.tensor2d([[1, 0, 1]])
  const before = countTensors()
  const all = (x: Tensor2D) => [
    softplus(x),
    logSigmoid(x),
    logSumExp(x),
    maskedLogSoftmax(x, mask),
    stopGradient(x),
  ]
  tf.dispose(all(x))
  expect(countTensors()).toBe(before)
  valueAndGradients({ x }, ({ x }) => tf.addN(all(x).map((y) => tf.sum<tf.Scalar>(y))))
  expect(countTensors()).toBe(before)
})

const same = <T extends tf.Tensor>(x: T): T => x
const computed = <T extends tf.Tensor>(x: T): T => tf.neg(tf.neg(x))

function gradient(f: (x: Tensor2D) => tf.Scalar, at: readonly number[]): Float32Array {
  return valueAndGradients({ x: tf.tensor2d([...at], [1, at.length]) }, ({ x }) => f(x)).gradients.x
}

/** Within float32 rounding: 2e-6 of each value, or 1e-38 where values themselves run out of exponents. */
function expectNear(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length)
  for (let n = 0; n < expected.length; n++)
    expect(Math.abs(actual[n] - expected[n]), `${n}: ${actual[n]} for ${expected[n]}`).toBeLessThanOrEqual(
      2e-6 * Math.abs(expected[n]) + 1e-37,
    )
}
