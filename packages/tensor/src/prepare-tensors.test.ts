import { expect, test } from 'vitest'
import { prepareTensors, tf } from './index.ts'

test('wasm runs from the installed files, asked once or twice', async () => {
  expect(await Promise.all([prepareTensors(), prepareTensors()])).toEqual(['wasm', 'wasm'])
  expect(tf.getBackend()).toBe('wasm')
  expect(tf.tensor1d([1, 2]).sum().dataSync()[0]).toBe(3)
})

test('the plain backend can be asked for, and the way back is open', async () => {
  expect(await prepareTensors({ backend: 'cpu' })).toBe('cpu')
  expect(tf.getBackend()).toBe('cpu')
  expect(await prepareTensors()).toBe('wasm')
  expect(tf.getBackend()).toBe('wasm')
})
