import { createRng } from '@recdistill/core'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { countTensors, gumbelNoise, prepareTensors, tf } from './index.ts'

beforeAll(async () => void (await prepareTensors()))

const drawn = (shape: [number, number], seed: number, ids?: Uint32Array) =>
  tf.tidy(() => gumbelNoise(shape, createRng(seed), ids ? { ids } : {}).dataSync<'float32'>())

test('numbers are those of the stream', () => {
  const before = countTensors()
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }),
      (seed, ids, width) => {
        const rng = createRng(seed)
        const next = () => -Math.log(rng.exponential())
        const expectNear = (numbers: ArrayLike<number>, expected: readonly number[]) => {
          expect(numbers).toHaveLength(expected.length)
          expected.forEach((value, n) =>
            expect(Math.abs(numbers[n] - value)).toBeLessThan(2e-6 * Math.max(1, Math.abs(value))),
          )
        }
        expectNear(drawn([ids.length, width], seed), Array.from({ length: ids.length * width }, next))
        const rows = ids.flatMap((id) => (rng.at(id), Array.from({ length: width }, next)))
        expectNear(drawn([ids.length, width], seed, Uint32Array.from(ids)), rows)
      },
    ),
    { seed: 5 },
  )
  expect(countTensors()).toBe(before)
})

test('the mean is the constant of Euler and Mascheroni, the variance pi squared / 6; all are finite', () => {
  const noise = drawn([1, 200_000], 3)
  const mean = noise.reduce((sum, x) => sum + x, 0) / noise.length
  const variance = noise.reduce((sum, x) => sum + (x - mean) ** 2, 0) / noise.length
  const deviation = Math.PI / Math.sqrt(6)
  expect(Math.abs(mean - 0.5772156649)).toBeLessThan((4 * deviation) / Math.sqrt(noise.length))
  expect(Math.abs(variance / deviation ** 2 - 1)).toBeLessThan(0.02)
  expect(noise.every(Number.isFinite)).toBe(true)
})

test('the plain backend draws the same', async () => {
  const own = [drawn([3, 5], 9), drawn([3, 5], 9, Uint32Array.of(4, 0, 4))]
  await prepareTensors({ backend: 'cpu' })
  const plain = [drawn([3, 5], 9), drawn([3, 5], 9, Uint32Array.of(4, 0, 4))]
  await prepareTensors()
  own.forEach((numbers, n) =>
    numbers.forEach((x, at) => expect(Math.abs(x - plain[n][at])).toBeLessThan(1e-5)),
  )
  expect(own[1].slice(0, 5)).toEqual(own[1].slice(10))
})

test('every row needs its id', () => {
  expect(() => drawn([3, 2], 1, Uint32Array.of(4))).toThrow('expected an id for each of 3 rows, got 1')
})
