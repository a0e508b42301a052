import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepareTensors, tf } from './index.ts'
import { sharedWasmFiles } from './shared-files.ts'

test('a file that is cut off or no module at all is refused before the backend starts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-wasm-'))
  const name = 'tfjs-backend-wasm-simd.wasm'
  const whole = createRequire(import.meta.url).resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`)
  const bytes = readFileSync(whole)
  try {
    for (const part of [bytes.subarray(0, 30000), bytes.subarray(0, 9), Buffer.from('<html></html>')]) {
      writeFileSync(join(folder, name), part)
      expect(() => sharedWasmFiles(folder)).toThrow(`${name} does not compile in this runtime`)
    }
    writeFileSync(join(folder, name), bytes) // the files of other runtimes may be missing
    expect(Object.keys(sharedWasmFiles(folder) ?? {})).toHaveLength(3)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

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
