import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepareTensors, tf } from '../index.ts'
import { setThreads } from '../threads.ts'
import type { WasmBackend } from './heap.ts'
import { kernelOf } from './own-module.ts'

let backend: WasmBackend
beforeAll(async () => {
  await prepareTensors({ threads: 4 })
  backend = tf.backend() as unknown as WasmBackend
})
afterAll(() => setThreads(1))

const memory = () => (backend.wasm.asm as { memory: { buffer: SharedArrayBuffer } }).memory.buffer
const floats = (at: number, size: number) => new Float32Array(memory(), at, size)

test('small jobs without end: each piece is done once, whoever comes late', () => {
  const { kernel, team } = kernelOf(backend)
  const [rows, width] = [16, 4096] // two rows a piece
  const [x, y, inverse] = [rows * width, rows * width, rows].map((size) => backend.wasm._malloc(size * 4))
  const marks = Array.from({ length: rows }, (_, row) => row * width + width - 1)
  for (let job = 0; job < 4000; job++) {
    const kept = 1 + (job % 15)
    floats(inverse, rows).fill(-1)
    floats(x, rows * width).fill(0)
    for (const [row, mark] of marks.entries()) floats(x, rows * width)[mark] = row + job
    kernel.layerNorms(...team(rows * width), x, y, inverse, kept, width, 1)
    const found = floats(inverse, rows)
    for (let row = 0; row < rows; row++) {
      const square = (row + job) ** 2
      const expected = row < kept ? 1 / Math.sqrt(square / width - square / width ** 2 + 1) : -1
      if (Math.abs(found[row] / expected - 1) > 1e-5) expect(`job ${job} row ${row}`).toBe(`${expected}`)
    }
  }
  for (const at of [x, y, inverse]) backend.wasm._free(at)
})

test('other numbers of threads leave no memory behind', () => {
  const { team } = kernelOf(backend)
  setThreads(3)
  team(0)
  const before = memory().byteLength
  for (let turn = 0; turn < 300; turn++) {
    setThreads(2 + (turn % 7))
    team(0)
  }
  setThreads(4)
  expect(memory().byteLength).toBe(before)
})

test('jobs go on while the memory grows under the threads', () => {
  tf.tidy(() => {
    const before = memory().byteLength
    for (let size = 2 ** 17; size < 2 ** 23; size *= 2) {
      const x = tf.fill([size / 64, 64], 2)
      const product = tf.matMul(x, tf.fill([64, 64], 0.5))
      expect(product.dataSync().every((value) => value === 64)).toBe(true)
    }
    expect(memory().byteLength).toBeGreaterThan(before)
  })
})

test('a thread that comes to a team that was dismissed before any job leaves at once', () => {
  const { kernel } = kernelOf(backend)
  const bytes = kernel.teamBytes(2)
  const block = backend.wasm._malloc(bytes + 64)
  const at = Math.ceil(block / 64) * 64
  new Uint8Array(memory(), at, bytes).fill(0)
  kernel.dismiss(at)
  ;(kernel as unknown as { serve(team: number, thread: number): void }).serve(at, 1)
  backend.wasm._free(block)
})

test('a piece that fails in another thread ends the job with an error', async () => {
  const width = 2 ** 13
  for (let turn = 0; turn < 4; turn++) {
    setThreads(2 + (turn % 2))
    const { kernel, team } = kernelOf(backend)
    const out = backend.wasm._malloc(width * 4 + 64)
    const [at, workers] = team(2 ** 20)
    await new Promise((resolve) => setTimeout(resolve, 100)) // until they are there
    const last = memory().byteLength - width * 4 // the first of two rows; the second lies behind the memory
    const job = () => kernel.layerNorms(at, workers, last, out, out + width * 4, 2, width, 1)
    expect(job).toThrow(/out of bounds|unreachable/)
    backend.wasm._free(out)
  }
})
