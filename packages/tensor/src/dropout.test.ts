import { createRng } from '@recdistill/core'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  countTensors,
  dropout,
  prepareTensors,
  rectifiedUnits,
  type Tensor2D,
  tf,
  valueAndGradients,
} from './index.ts'

beforeAll(async () => void (await prepareTensors()))

const drop = (rate: number, seed: number) => ({ rate, words: createRng(seed) })
const maskOf = (size: number, rate: number, seed: number) =>
  tf.tidy(() => dropout(tf.ones([size]), drop(rate, seed)).dataSync())

test('it keeps the mean, and drops as many as it says', () => {
  for (const rate of [0.2, 0.5, 0.9]) {
    const mask = maskOf(200_000, rate, 2)
    const zeros = mask.filter((x) => x === 0).length / mask.length
    expect(Math.abs(zeros - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / mask.length))
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]))
  }
  expect(maskOf(1000, 0.3, 5)).toEqual(maskOf(1000, 0.3, 5))
  expect(maskOf(1000, 0.3, 5)).not.toEqual(maskOf(1000, 0.3, 6))
  expect(maskOf(1000, 0.3, 5).slice(0, 333)).toEqual(maskOf(333, 0.3, 5))
})

test('no run of equal places is likelier than chance', () => {
  const mask = maskOf(100_000, 0.5, 11)
  for (const lag of [1, 2, 3, 4, 7, 31, 32]) {
    let equal = 0
    for (let n = lag; n < mask.length; n++) equal += mask[n] === mask[n - lag] ? 1 : 0
    expect(Math.abs(equal / (mask.length - lag) - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / mask.length))
  }
})

test('what is dropped has no gradient, the rest is scaled alike', () => {
  const x: Tensor2D = tf.randomNormal([7, 5], 0, 1, 'float32', 1)
  const { gradients } = valueAndGradients({ x }, ({ x }) => tf.sum<tf.Scalar>(dropout(x, drop(0.4, 3))))
  expect(gradients.x).toEqual(maskOf(35, 0.4, 3))
})

describe('rectified units', () => {
  const scene = (width: number) => ({
    x: tf.randomNormal([9, width], 0, 1, 'float32', 1) as Tensor2D,
    bias: tf.randomNormal([1, width], 0, 1, 'float32', 2) as Tensor2D,
    upstream: tf.randomNormal([9, width], 0, 1, 'float32', 3) as Tensor2D,
  })

  test.each([1, 2, 3, 4, 7, 16])('are relu and dropout one after the other, %d wide', (width) => {
    const before = countTensors()
    tf.tidy(() => {
      const { x, bias, upstream } = scene(width)
      for (const rate of [0, 0.3]) {
        const by = (f: (x: Tensor2D, bias: Tensor2D) => Tensor2D) =>
          valueAndGradients({ x, bias }, ({ x, bias }) => tf.sum<tf.Scalar>(tf.mul(f(x, bias), upstream)))
        const fused = by((x, bias) => rectifiedUnits(x, bias, rate > 0 ? drop(rate, 4) : null))
        const composed = by((x, bias) => dropout(tf.relu<Tensor2D>(tf.add(x, bias)), drop(rate, 4)))
        expect(Math.abs(fused.value - composed.value)).toBeLessThan(1e-5)
        for (const of of ['x', 'bias'] as const)
          fused.gradients[of].forEach((g, n) =>
            expect(Math.abs(g - composed.gradients[of][n])).toBeLessThan(1e-6),
          )
      }
      expect(rectifiedUnits(x, null).dataSync()).toEqual(tf.relu(x).dataSync())
    })
    expect(countTensors()).toBe(before)
  })
})

test('the plain backend draws the same numbers', async () => {
  const results = () =>
    tf.tidy(() => {
      const x = tf.tensor2d(
        Float32Array.from({ length: 33 }, (_, n) => Math.sin(n)),
        [3, 11],
      )
      const bias: Tensor2D = tf.fill([1, 11], 0.25)
      const { gradients } = valueAndGradients({ x, bias }, ({ x, bias }) =>
        tf.sum<tf.Scalar>(tf.square(rectifiedUnits(x, bias, drop(0.3, 8)))),
      )
      return [dropout(x, drop(0.3, 7)).dataSync(), gradients.x, gradients.bias]
    })
  const own = results()
  await prepareTensors({ backend: 'cpu' })
  const plain = results()
  await prepareTensors()
  own.forEach((numbers, part) => {
    expect(numbers.some((value) => value !== 0)).toBe(true)
    numbers.forEach((value, n) => expect(Math.abs(value - plain[part][n])).toBeLessThan(1e-5))
  })
})

test('a bias of another width and a rate that is none are refused', () => {
  const x: Tensor2D = tf.ones([2, 3])
  expect(() => rectifiedUnits(x, tf.ones([1, 2]))).toThrow(
    'rectifiedUnits: x is [2, 3] but bias is [1, 2]; it must be [1, 3]',
  )
  for (const rate of [1, -0.5, NaN])
    expect(() => dropout(x, drop(rate, 1))).toThrow(`dropout: expected a rate in [0, 1), got ${rate}`)
})
