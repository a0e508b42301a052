import { createRng } from '@recdistill/core'
import { expect, test, vi } from 'vitest'
import * as first from './index.ts'

test('two copies of this package in one process work on one backend, each with threads of its own', async () => {
  await first.prepareTensors({ threads: 2 })
  const work = ({ tf, layerNorm, streamDropout, valueAndGradients }: typeof first) => {
    const x = tf.randomNormal<first.tf.Rank.R2>([3001, 40], 0, 1, 'float32', 1)
    const ids = Uint32Array.from({ length: 3001 }, (_, row) => row)
    const found = valueAndGradients({ x }, ({ x }) => {
      const y = tf.matMul(layerNorm(x, 1e-5), tf.ones<first.tf.Rank.R2>([40, 30]).cumsum(0))
      const dropped = streamDropout(y, { rate: 0.2, rng: createRng(1), ids, sizes: ids.map(() => 30) })
      return tf.sum(tf.square(tf.sum(dropped, 0)))
    })
    x.dispose()
    return found
  }
  const alone = work(first)
  vi.resetModules()
  const second = (await import('./index.ts')) as typeof first
  expect(second.layerNorm).not.toBe(first.layerNorm)
  expect(await second.prepareTensors({ threads: 3 })).toBe('wasm')
  expect(second.tf.engine()).toBe(first.tf.engine())
  for (const copy of [second, first, second]) expect(work(copy)).toEqual(alone)
})
