import { createRng } from '@recdistill/core'
import { beforeAll, expect, test } from 'vitest'
import { prepareTensors, tf, type Tensor2D } from '../index.ts'
import { mixExperts } from './mix-experts.ts'

beforeAll(() => prepareTensors())

const workers = () => (process.report.getReport() as unknown as { workers: unknown[] }).workers.length

/** A mixture large enough for the kernels. */
function mixed(): Float32Array {
  const rng = createRng(1)
  const normal = (rows: number, columns: number) =>
    tf.tensor2d(
      Float32Array.from({ length: rows * columns }, () => rng.normal()),
      [rows, columns],
    )
  return tf.tidy(() =>
    mixExperts(normal(600, 8), tf.softmax(normal(600, 8)) as Tensor2D, {
      hidden: normal(8, 8 * 32),
      hiddenBias: normal(1, 8 * 32),
      output: normal(8 * 32, 32),
      outputBias: normal(8, 32),
    }).dataSync<'float32'>(),
  )
}

test('mixtures run on as many threads as were asked for, and no result depends on it', async () => {
  const before = workers()
  await prepareTensors({ threads: 1 })
  const alone = mixed().slice()
  expect(workers()).toBe(before)
  await prepareTensors({ threads: 3 })
  expect(mixed()).toEqual(alone)
  expect(workers()).toBe(before + 2)
})
