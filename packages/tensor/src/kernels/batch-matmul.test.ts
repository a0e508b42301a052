import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { countTensors, prepareTensors, tf } from '../index.ts'

beforeAll(async () => void (await prepareTensors()))

test('any shape, any transposes, any broadcast batch agree with the definition', () => {
  const size = fc.integer({ min: 1, max: 40 })
  const batches = fc.constantFrom<[number[], number[]]>(
    ...([[[], []], [[3], [3]], [[1], [4]], [[4], [1]], [[2, 1], [1, 3]], [[2, 3], [3]]] as [number[], number[]][]), // prettier-ignore
  )
  fc.assert(
    fc.property(batches, size, size, size, fc.boolean(), fc.boolean(), ([left, right], m, k, n, ta, tb) => {
      tf.tidy(() => {
        const a = tf.randomNormal([...left, ...(ta ? [k, m] : [m, k])], 0, 1, 'float32', m)
        const b = tf.randomNormal([...right, ...(tb ? [n, k] : [k, n])], 0, 1, 'float32', n)
        const ours = kernel(a, b, ta, tb)
        expectClose(ours.dataSync(), definition(flipped(a, ta), flipped(b, tb)), 1e-5)
      })
    }),
    { numRuns: 60, seed: 7 },
  )
})

test('blocks of rows and of the inner size add up', () => {
  tf.tidy(() => {
    const a = tf.randomNormal([261, 800], 0, 1, 'float32', 1)
    const b = tf.randomNormal([800, 13], 0, 1, 'float32', 2)
    const expected = definition(a, b)
    expectClose(tf.matMul(a, b).dataSync(), expected, 3e-4)
    expectClose(tf.matMul(a.transpose(), b.transpose(), true, true).dataSync(), expected, 3e-4)
  })
})

test('thin, long and tall matrices agree with the definition, cut into pieces or not', () => {
  tf.tidy(() => {
    for (const [batch, m, k, n] of [
      [1, 1, 70001, 1],
      [1, 5, 1, 20001],
      [1, 20001, 5, 1],
      [30001, 1, 3, 1],
      [1, 17, 9001, 3],
      [3, 130, 385, 9],
      [40, 70, 40, 5],
      [1, 129, 801, 33],
    ])
      // prettier-ignore
      for (const ta of [false, true]) {
        const a = tf.randomNormal(ta ? [batch, k, m] : [batch, m, k], 0, 1 / Math.sqrt(k), 'float32', m)
        const b = tf.randomNormal(ta ? [1, n, k] : [batch, k, n], 0, 1, 'float32', n)
        const expected = definition(flipped(a, ta), flipped(b, ta))
        expectClose(kernel(a, b, ta, ta).dataSync(), expected, 1e-4)
      }
  })
})

test('as many products and sums as a 32-bit number cannot tell are no fewer', () => {
  const [m, k, n] = [2 ** 12, 2 ** 10, 2 ** 10] // 2^32 of them
  const product = tf.tidy(() => tf.matMul(tf.fill([m, k], 0.5), tf.fill([k, n], 2)).dataSync())
  expect(product.every((value) => value === k)).toBe(true)
})

test('an empty inner size gives zeros, an empty outer one nothing', () => {
  expect(tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])).arraySync()).toEqual([[0, 0, 0], [0, 0, 0]]) // prettier-ignore
  expect(tf.matMul(tf.zeros([0, 2]), tf.zeros([2, 3])).shape).toEqual([0, 3])
})

test('the gradient of a product is the product with the transposed other side', () => {
  const before = countTensors()
  tf.tidy(() => {
    const a = tf.randomNormal<tf.Rank.R2>([5, 7], 0, 1, 'float32', 1)
    const b = tf.randomNormal<tf.Rank.R2>([7, 3], 0, 1, 'float32', 2)
    const [da, db] = tf.grads((a, b) => tf.sum(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)))([a, b])
    const ones = tf.ones([5, 3])
    expectClose(da.dataSync(), definition(ones, b.transpose()), 1e-5)
    expectClose(db.dataSync(), definition(a.transpose(), ones), 1e-5)
  })
  expect(countTensors()).toBe(before)
})

test('what does not fit is refused', () => {
  expect(() => kernel(tf.zeros([2, 3]), tf.zeros([4, 2]), false, false)).toThrow(
    'inner sizes differ: 3 of [2, 3]',
  )
  expect(() => kernel(tf.zeros([2, 3], 'int32'), tf.zeros([3, 2]), false, false)).toThrow('expected float32')
})

/** Past the checks of `tf.matMul`, which does not let every broadcast through. */
function kernel(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  return tf.engine().runKernel('BatchMatMul', { a, b }, { transposeA, transposeB })
}

function flipped(x: tf.Tensor, transposed: boolean): tf.Tensor {
  const axes = x.shape.map((_, n) => n)
  if (transposed) axes.push(...axes.splice(-2).reverse())
  return tf.transpose(x, axes)
}

function definition(a: tf.Tensor, b: tf.Tensor): number[] {
  const [m, k] = a.shape.slice(-2)
  const n = b.shape[b.shape.length - 1]
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const x = tf.broadcastTo(a, [...batch, m, k]).dataSync()
  const y = tf.broadcastTo(b, [...batch, k, n]).dataSync()
  const out: number[] = []
  for (let at = 0; at < x.length / (m * k); at++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let d = 0; d < k; d++) sum += x[(at * m + i) * k + d] * y[(at * k + d) * n + j]
        out.push(sum)
      }
  return out
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], abs: number): void {
  expect(actual.length).toBe(expected.length)
  const worst = expected.reduce((most, value, n) => Math.max(most, Math.abs(value - actual[n])), 0)
  expect(worst).toBeLessThan(abs)
}
