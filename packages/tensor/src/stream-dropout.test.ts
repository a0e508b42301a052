import { createRng } from '@recdistill/core'
import { beforeAll, expect, test } from 'vitest'
import { drawKept } from './draw-kept.ts'
import { countTensors, prepareTensors, streamDropout, tf, valueAndGradients } from './index.ts'

beforeAll(async () => void (await prepareTensors()))

const [rows, width] = [279, 333] // more than one thread's worth
const ids = Uint32Array.from({ length: rows }, (_, row) => row * 70001)
const lengths = [0, 1, 31, 32, 33, 127, 160, 331, 333]
const sizes = Uint32Array.from({ length: rows }, (_, row) => lengths[row % lengths.length])

test.each([0.5, 0.2, 0.25, 1e-3, 0.999])('the kernel draws what the stream draws, rate %d', (rate) => {
  const rng = createRng(7).fork('drop')
  const expected = new Float32Array(rows * width)
  ids.forEach((id, row) => drawKept(rng.at(id), rate, expected, row * width, row * width + sizes[row]))
  const before = countTensors()
  const x = tf.ones<tf.Rank.R3>([rows, 9, 37])
  const { gradients } = valueAndGradients({ x }, ({ x }) => {
    const y = streamDropout(x, { rate, rng, ids, sizes })
    expect(y.dataSync()).toEqual(expected)
    return tf.sum(y)
  })
  x.dispose()
  expect(gradients.x).toEqual(expected)
  expect(countTensors()).toBe(before)
})

test('rows without numbers, no rows, and no dropping at all', () => {
  const rng = createRng(7)
  const drop = (shape: number[], rate: number, sizes: number[]) =>
    tf.tidy(() =>
      streamDropout(tf.ones(shape), {
        rate,
        rng,
        ids: Uint32Array.from(sizes, (_, row) => row),
        sizes: Uint32Array.from(sizes),
      }).dataSync(),
    )
  expect(drop([0, 5], 0.5, [])).toHaveLength(0)
  expect(drop([3, 0], 0.5, [0, 0, 0])).toHaveLength(0)
  expect([...drop([3, 1], 0, [1, 0, 1])]).toEqual([1, 0, 1])
})

test('a rate, ids and sizes that cannot be are refused', () => {
  const rng = createRng(1)
  const x = tf.ones([2, 3])
  const refused = (ids: number[], sizes: number[]) => () =>
    streamDropout(x, { rate: 0.5, rng, ids: Uint32Array.from(ids), sizes: Uint32Array.from(sizes) })
  expect(refused([1], [1, 1])).toThrow(
    'streamDropout: expected an id and a size for each of 2 rows, got 1 and 2',
  )
  expect(refused([1, 2], [1, 4])).toThrow('streamDropout: a size of 4 is beyond the 3 of a row')
  const everything = { rate: 1, rng, ids: Uint32Array.of(1, 2), sizes: Uint32Array.of(1, 1) }
  expect(() => streamDropout(x, everything)).toThrow('streamDropout: expected a rate in [0, 1), got 1')
  x.dispose()
})
