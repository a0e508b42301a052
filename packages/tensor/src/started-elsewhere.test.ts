import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import { expect, test } from 'vitest'
import type { WasmBackend } from './kernels/heap.ts'
import { prepareTensors } from './index.ts'

test('a backend that others started keeps its memory for itself, and our kernels run on one thread', async () => {
  await tf.setBackend('wasm')
  expect(await prepareTensors({ threads: 3 })).toBe('wasm')
  const { memory } = (tf.backend() as unknown as WasmBackend).wasm.asm as { memory: { buffer: object } }
  expect(memory.buffer).toBeInstanceOf(ArrayBuffer)
  const product = tf.tidy(() => tf.matMul(tf.ones([400, 300]), tf.ones([300, 200])).dataSync())
  expect(product.every((value) => value === 300)).toBe(true)
})
