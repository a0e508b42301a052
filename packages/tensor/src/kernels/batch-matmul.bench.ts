import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import { bench, describe } from 'vitest'
import { batchMatMul } from './batch-matmul.ts'

// Stock kernel against ours in one run: `npx vitest bench --run --project tensor`. Multiply hz by the GFLOP in the title.
await tf.setBackend('wasm')
const stock = tf.getKernel('BatchMatMul', 'wasm').kernelFunc
const short = { time: 0, iterations: 7, warmupTime: 0, warmupIterations: 2 }

const shapes = [
  { what: 'square', shape: [1, 512, 512, 512] },
  { what: 'batch 2048, dim 64 to 256', shape: [1, 2048, 64, 256] },
  { what: 'attention, 256 heads of 50 x 64', shape: [256, 50, 64, 50] },
  { what: 'eight small ones', shape: [8, 64, 64, 64] },
  { what: 'wide, 256 x 25181 to 20', shape: [1, 256, 25181, 20] },
] as const

for (const { what, shape } of shapes)
  for (const name of ['NN', 'NT', 'TN', 'TT']) {
    const [batch, m, k, n] = shape
    const [ta, tb] = [name[0] === 'T', name[1] === 'T']
    const a = tf.keep(tf.randomNormal(ta ? [batch, k, m] : [batch, m, k]))
    const b = tf.keep(tf.randomNormal(tb ? [batch, n, k] : [batch, k, n]))
    const product = () => tf.matMul(a, b, ta, tb).dispose()
    describe(`${name} ${what}: ${(2 * batch * m * k * n) / 1e9} GFLOP`, () => {
      bench('stock', product, { ...short, setup: () => use(stock) })
      bench('ours', product, { ...short, setup: () => use(batchMatMul) })
    })
  }

function use(kernelFunc: tf.KernelFunc): void {
  tf.unregisterKernel('BatchMatMul', 'wasm')
  tf.registerKernel({ kernelName: 'BatchMatMul', backendName: 'wasm', kernelFunc })
}
