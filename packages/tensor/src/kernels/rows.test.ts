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

test('the gradient of any sum is the upstream spread over what was added', () => {
  const shape = [2, 3, 4]
  for (const axes of [null, 0, 1, 2, -1, [0, 1], [1, 2], [0, 2], [0, 1, 2]])
    for (const keepDims of [false, true])
      tf.tidy(() => {
        const x = tf.tensor(numbers(24), shape)
        const weights = tf.sum(tf.cos(x), axes ?? undefined, keepDims) // as many as sums
        const gradient = tf.grad((x) => tf.sum(tf.mul(tf.sum(x, axes ?? undefined, keepDims), weights)))(x)
        const spread = tf.mul(tf.sum(tf.cos(x), axes ?? undefined, true), tf.ones(shape))
        expect(gradient.shape).toEqual(shape)
        expect(gradient.dataSync()).toEqual(spread.dataSync())
      })
})

test('parts of tensors are those of the plain definition', () => {
  const span = (length: number) =>
    fc.nat(length).chain((begin) => fc.tuple(fc.constant(begin), fc.nat(length - begin)))
  const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.tuple(...shape.map(span)))),
      ([shape, spans]) => {
        tf.tidy(() => {
          const x = numbers(shape.reduce((product, length) => product * length, 1))
          const [begin, size] = [spans.map(([from]) => from), spans.map(([, length]) => length)]
          const expected: number[] = []
          x.forEach((value, place) => {
            let rest = place
            const index = shape.map(() => 0)
            for (let axis = shape.length - 1; axis >= 0; axis--) {
              index[axis] = rest % shape[axis]
              rest = Math.floor(rest / shape[axis])
            }
            if (index.every((at, axis) => at >= begin[axis] && at < begin[axis] + size[axis]))
              expected.push(value)
          })
          const part = tf.slice(tf.tensor(x, shape), begin, size)
          expect(part.shape).toEqual(size)
          expect([...part.dataSync()]).toEqual(expected)
        })
      },
    ),
    { seed: 4, numRuns: 200 },
  )
  expect(() => tf.slice(tf.ones([3, 2]), [2, 0], [2, 2])).toThrow()
})

test('a split is the slices one after the other', () => {
  const x = tf.tensor(numbers(30), [5, 6])
  const [a, b, c] = tf.split(x, [1, 2, 3], 1)
  expect([a, b, c].map((part) => part.shape)).toEqual([[5, 1], [5, 2], [5, 3]]) // prettier-ignore
  expect(tf.concat([a, b, c], 1).dataSync()).toEqual(x.dataSync())
  expect(tf.concat(tf.split(x, 5, 0), 0).dataSync()).toEqual(x.dataSync())
  expect(tf.split(tf.tensor1d([1, 2, 3, 4], 'int32'), 2).map((part) => part.arraySync())).toEqual([[1, 2], [3, 4]]) // prettier-ignore
})
