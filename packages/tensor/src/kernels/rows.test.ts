import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { prepareTensors, tf } from '../index.ts'

beforeAll(async () => void (await prepareTensors()))

const numbers = (size: number) => Float32Array.from({ length: size }, (_, n) => Math.sin(n + 1))

test('rows by their ids, however wide', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.nat(8), { maxLength: 20 }),
      fc.nat(20),
      (rows, of, width) => {
        const ids = of.map((id) => id % rows)
        tf.tidy(() => {
          const x = numbers(rows * width)
          const gathered = tf.gather(tf.tensor2d(x, [rows, width]), tf.tensor1d(ids, 'int32'))
          expect(gathered.shape).toEqual([ids.length, width])
          expect([...gathered.dataSync()]).toEqual(
            ids.flatMap((id) => [...x.subarray(id * width, (id + 1) * width)]),
          )
        })
      },
    ),
    { seed: 1 },
  )
})

test('higher ranks, whole numbers, other axes', () => {
  const x = tf.range(0, 12, 1, 'int32').reshape([3, 2, 2])
  const ids = tf.tensor2d([[2, 0]], [1, 2], 'int32')
  expect(tf.gather(x, ids).arraySync()).toEqual([[[[8, 9], [10, 11]], [[0, 1], [2, 3]]]]) // prettier-ignore
  expect(tf.gather(x, tf.tensor1d([1], 'int32'), 1).arraySync()).toEqual([[[2, 3]], [[6, 7]], [[10, 11]]])
})

test('an id that is none is refused', () => {
  const x = tf.ones([3, 2])
  for (const id of [3, -1])
    expect(() => tf.gather(x, tf.tensor1d([0, id], 'int32'))).toThrow(
      `gather: expected ids of 0 to 2, got ${id}`,
    )
})

test('sums over leading dimensions are those of the rows one after the other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 40 }), (rows, width) => {
      tf.tidy(() => {
        const x = numbers(rows * width)
        const expected = new Float32Array(width)
        for (let n = 0; n < x.length; n++) expected[n % width] += x[n]
        expect(tf.sum(tf.tensor2d(x, [rows, width]), 0).dataSync()).toEqual(expected)
      })
    }),
    { seed: 2 },
  )
})

test('other sums, shapes and kinds are as ever', () => {
  const x = tf.range(0, 12).reshape([2, 3, 2])
  expect(tf.sum(x, [0, 1]).arraySync()).toEqual([30, 36])
  expect(tf.sum(x, [0, 1], true).shape).toEqual([1, 1, 2])
  expect(tf.sum(x, 1).arraySync()).toEqual([[6, 9], [24, 27]]) // prettier-ignore
  expect(tf.sum(x, [0, 2]).arraySync()).toEqual([14, 22, 30])
  expect(tf.sum(x).arraySync()).toBe(66)
  expect(tf.sum(tf.cast(x, 'int32'), 0).arraySync()).toEqual([[6, 8], [10, 12], [14, 16]]) // prettier-ignore
  expect(tf.sum(tf.zeros([0, 2]), 0).arraySync()).toEqual([0, 0])
})
