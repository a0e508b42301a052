import { createHash } from 'node:crypto'
import { createRng } from '@recdistill/core'
import { beforeAll, expect, test } from 'vitest'
import { layerNorm, mixExperts, prepareTensors, streamDropout, tf, type Tensor2D } from './index.ts'

beforeAll(() => prepareTensors())

const workers = () => (process.report.getReport() as unknown as { workers: unknown[] }).workers.length

const rng = createRng(1)
const normal = (...shape: number[]) => {
  const size = shape.reduce((product, length) => product * length, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.normal()),
    shape,
  )
}
/** Of the bits of all numbers. */
const digest = (make: () => tf.Tensor) =>
  createHash('sha256')
    .update(tf.tidy(() => make().dataSync<'float32'>()))
    .digest('hex')

const dropped = (x: tf.Tensor) => {
  const [rows] = x.shape
  const width = x.size / rows
  return streamDropout(x, {
    rate: 0.3,
    rng: createRng(2),
    ids: Uint32Array.from({ length: rows }, (_, row) => 5 * row),
    sizes: Uint32Array.from({ length: rows }, (_, row) => width - (row % Math.min(width, 9))),
  })
}

/** [batch, m, k, n] and [rows, width] where something is 1, or no whole number of tiles, blocks or pieces. */
const products = [[1, 1, 70001, 1], [1, 5, 1, 20001], [1, 20001, 5, 1], [70001, 1, 1, 1], [1, 17, 9001, 3], [3, 130, 385, 9], [2, 3, 301, 129]] // prettier-ignore
const tables = [[70001, 1], [2, 40003], [1, 70001], [9001, 31]] // prettier-ignore

/** Each large enough for more than one thread, and cut into pieces that are not all of one size. */
const all = {
  mixtures: () =>
    mixExperts(normal(600, 8) as Tensor2D, tf.softmax(normal(600, 8)) as Tensor2D, {
      hidden: normal(8, 8 * 32) as Tensor2D,
      hiddenBias: normal(1, 8 * 32) as Tensor2D,
      output: normal(8 * 32, 32) as Tensor2D,
      outputBias: normal(8, 32) as Tensor2D,
    }),
  'a tall product': () => tf.matMul(normal(1037, 61), normal(61, 67)),
  'a long sum': () => tf.matMul(normal(2001, 61), normal(2001, 63), true),
  'many small products': () => tf.matMul(normal(301, 7, 9), normal(301, 7, 9), false, true),
  'one matrix for all': () => tf.matMul(normal(31, 70, 40), normal(1, 40, 70)),
  'layer norms': () => layerNorm(normal(3011, 33), 1e-5),
  'gradients of layer norms': () =>
    tf.grad((x) => tf.sum(tf.square(layerNorm(x as Tensor2D, 1e-5))))(normal(3011, 33)),
  dropout: () => dropped(normal(301, 7, 40)),
  ...Object.fromEntries(
    products.map(([batch, m, k, n]) => [
      `${batch} of ${m} x ${k} x ${n}`,
      () => tf.matMul(normal(batch, m, k), normal(batch, k, n)),
    ]),
  ),
  ...Object.fromEntries(
    tables.flatMap((shape) => [
      [`layer norms of ${shape.join(' x ')}`, () => layerNorm(normal(...shape), 1e-5)],
      [`dropout of ${shape.join(' x ')}`, () => dropped(normal(...shape))],
    ]),
  ),
}

test('kernels run on as many threads as were asked for, and no result depends on it', async () => {
  const before = workers()
  const results = async (threads: number) => {
    await prepareTensors({ threads })
    rng.at(0)
    return Object.fromEntries(Object.entries(all).map(([name, make]) => [name, digest(make)]))
  }
  const alone = await results(1)
  expect(workers()).toBe(before)
  expect(await results(3)).toEqual(alone)
  // two for mixtures, which have a memory of their own, and two for the rest
  await expect.poll(workers).toBe(before + 4)
  expect(await results(1)).toEqual(alone)
  await expect.poll(workers).toBe(before)
})

test('threads that are no number of them are refused', async () => {
  for (const threads of [0, -1, 1.5, NaN, 1025])
    await expect(prepareTensors({ threads })).rejects.toThrow(
      `prepareTensors.threads: expected an integer of 1 to 1024, got ${threads}`,
    )
})
