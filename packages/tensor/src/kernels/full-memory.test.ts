import { InputError } from '@recdistill/core'
import { expect, test } from 'vitest'
import { prepareTensors, tf } from '../index.ts'

test.each([
  ['4 GiB less 64 KiB, which can be asked for', 2 ** 16 - 1, 4096],
  ['more than can be asked for', 2 ** 17, 8192],
])('a tensor that does not fit is refused, and what is there stays as it is: %s', async (_, times, MiB) => {
  await prepareTensors()
  const kept = tf.range(0, 1000)
  const before = tf.memory().numTensors
  const large = () => tf.tidy(() => tf.tile(tf.ones([2 ** 14]), [times]))
  expect(large).toThrow(InputError)
  expect(large).toThrow(`TensorFlow.js: no memory for a tensor of ${MiB} MiB: WebAssembly holds 4 GiB`)
  expect(tf.memory().numTensors).toBe(before)
  expect([...kept.dataSync()]).toEqual(Array.from({ length: 1000 }, (_, n) => n))
  expect(tf.sum(tf.ones([2 ** 20])).dataSync()[0]).toBe(2 ** 20)
})
