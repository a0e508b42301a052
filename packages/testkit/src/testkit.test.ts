import { hasItem, rowOf } from '@recdistill/core'
import { type Tensor2D, tf } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { expectGradient, expectNoLeak, randomSplit, twoCamps } from './index.ts'

test('toBeNear reads numbers, nested lists and tensors', () => {
  expect(1).toBeNear(1 + 1e-8)
  expect(tf.tensor2d([[1, 2]])).toBeNear([[1, 2]])
  expect(Float32Array.of(0.1)).toBeNear([0.1])
  expect([1, 2]).not.toBeNear([1, 2.1])
  expect([NaN]).toBeNear([NaN])
  expect([NaN]).not.toBeNear([0])
  expect([0]).not.toBeNear([NaN])
  expect(() => expect([1]).toBeNear([1, 2])).toThrow('expected 2 numbers, got 1')
  expect(() => expect([1, 5]).toBeNear([1, 6])).toThrow('number 1 of 2: expected 6, got 5')
})

test('a right gradient passes and a wrong one does not', () => {
  const cube = (x: Tensor2D) => tf.sum<tf.Scalar>(tf.mul(x, tf.square(x)))
  expectGradient(cube, [[2, 3]])
  const halved = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor, tf.GradSaveFunc]
    save([x])
    return {
      value: tf.sum(tf.square(x)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, saved[0]),
    }
  })
  expect(() => expectGradient((x) => halved(x) as tf.Scalar, [[2, 3]])).toThrow('number')
})

test('a gradient that only works on fresh tensors does not pass', () => {
  const onlyFresh = (x: Tensor2D) => tf.sum<tf.Scalar>(tf.logSigmoid(x))
  expect(() => expectGradient(onlyFresh, [[1, 2]])).toThrow()
})

test('a leak is found, a result is not a leak', () => {
  expectNoLeak(() => tf.scalar(1))
  let kept: tf.Tensor | null = null
  expect(() => expectNoLeak(() => ((kept = tf.scalar(1)), []))).toThrow('tensors left behind')
  tf.dispose(kept!)
})

test('in two camps everything left of the own half is hidden', () => {
  const { train, valid, test: hidden, numUsers, numItems } = twoCamps({ validPerUser: 1 })
  for (let u = 0; u < numUsers; u++) {
    const own = [...rowOf(train, u), ...rowOf(valid, u), ...rowOf(hidden, u)].sort((a, b) => a - b)
    expect(own).toEqual(Array.from({ length: numItems / 2 }, (_, n) => (u % 2) * (numItems / 2) + n))
    expect(rowOf(hidden, u)).toHaveLength(1)
  }
  const trained = new Set(train.items)
  expect(trained.size).toBe(numItems)
})

test('a random split is its seed, and its parts are disjoint', () => {
  const split = randomSplit({ users: 50, items: 40, seed: 3 })
  expect(randomSplit({ users: 50, items: 40, seed: 3 })).toEqual(split)
  expect(randomSplit({ users: 50, items: 40, seed: 4 }).manifest.hash).not.toBe(split.manifest.hash)
  for (let u = 0; u < 50; u++) {
    for (const item of rowOf(split.train, u)) {
      expect(hasItem(split.valid, u, item)).toBe(false)
      expect(hasItem(split.test, u, item)).toBe(false)
    }
    expect([...rowOf(split.trainSequence, u)].sort((a, b) => a - b)).toEqual([...rowOf(split.train, u)])
  }
})
