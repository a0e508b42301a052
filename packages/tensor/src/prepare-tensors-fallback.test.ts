import { expect, test } from 'vitest'
import { prepareTensors, tf } from './index.ts'

test('without its files wasm falls back to plain JavaScript, with one warning and no advertisement', async () => {
  const printed: unknown[] = []
  const original = console.warn
  console.warn = (...line) => void printed.push(line)
  try {
    expect(await prepareTensors({ wasmFolder: '/no/such/folder' })).toBe('cpu')
    expect(tf.tensor1d([1, 2]).sum().dataSync()[0]).toBe(3)
  } finally {
    console.warn = original
  }
  expect(printed).toHaveLength(1)
  expect(String(printed[0])).toMatch(/^prepareTensors: the wasm backend cannot start \(.*no\/such\/folder/)
})

test('gather has a gradient there too', () => {
  const x = tf.tensor2d([[1, 2], [3, 4], [5, 6]]) // prettier-ignore
  const gradient = tf.grad((x) => tf.sum(tf.square(tf.gather(x, [2, 0, 2]))))(x)
  expect(gradient.arraySync()).toEqual([[2, 4], [0, 0], [20, 24]]) // prettier-ignore
})
