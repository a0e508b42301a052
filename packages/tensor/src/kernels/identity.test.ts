import { beforeAll, expect, test } from 'vitest'
import { prepareTensors, tf } from '../index.ts'

beforeAll(async () => void (await prepareTensors()))

test('a clone holds its numbers when the other is gone, whichever goes first', () => {
  for (const first of [0, 1]) {
    const a = tf.tensor2d([[1, 2], [3, 4]]) // prettier-ignore
    const both = [a, tf.clone(a)]
    both[first].dispose()
    const other = tf.ones([2, 2])
    expect([...both[1 - first].dataSync()]).toEqual([1, 2, 3, 4])
    tf.dispose([both[1 - first], other])
  }
})

test('what is read from a tensor is a copy', () => {
  const a = tf.tensor1d([1, 2])
  const b = tf.clone(a)
  a.dataSync()[0] = 9
  expect([...b.dataSync()]).toEqual([1, 2])
  tf.dispose([a, b])
})

test('clones of clones leave nothing behind', () => {
  const before = tf.memory()
  const a = tf.ones([30, 7])
  const between = tf.clone(a)
  const b = tf.clone(between)
  expect(tf.memory().numBytes - before.numBytes).toBeLessThanOrEqual(3 * 30 * 7 * 4)
  tf.dispose([a, between, b])
  const { numTensors, numDataBuffers, numBytes } = tf.memory()
  expect({ numTensors, numDataBuffers, numBytes }).toEqual({
    numTensors: before.numTensors,
    numDataBuffers: before.numDataBuffers,
    numBytes: before.numBytes,
  })
})
