import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { layerNorm, prepareTensors, tf, valueAndGradients, type Scalar } from './index.ts'

beforeAll(async () => void (await prepareTensors()))

let before = 0
beforeEach(() => void (before = tf.memory().numTensors))
afterEach(() => expect(tf.memory().numTensors).toBe(before))

/** The definition, in double precision, and its pullback of `g`. */
function definition(x: readonly number[], g: readonly number[], eps: number) {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const centred = x.map((value) => value - mean(x))
  const r = 1 / Math.sqrt(mean(centred.map((value) => value * value)) + eps)
  const y = centred.map((value) => value * r)
  const along = mean(g.map((value, n) => value * y[n]))
  return { y, grad: g.map((value, n) => r * (value - mean(g) - y[n] * along)) }
}

test('value and gradient of any width are those of the definition', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 2, max: 21 }),
      fc.integer({ min: 0, max: 1000 }),
      (rows, width, seed) => {
        const [x, weights] = [seed, seed + 1].map((one) =>
          tf.randomNormal([rows, 2, width], 0.3, 2, 'float32', one + 1),
        )
        const { gradients } = valueAndGradients<'x', tf.Tensor>({ x }, (given) =>
          tf.sum<Scalar>(tf.mul(layerNorm(given.x, 1e-3), weights)),
        )
        const y = tf.tidy(() => layerNorm(x, 1e-3).dataSync())
        const [from, g] = [x.dataSync(), weights.dataSync()]
        for (let at = 0; at < from.length; at += width) {
          const expected = definition([...from.slice(at, at + width)], [...g.slice(at, at + width)], 1e-3)
          expected.y.forEach((value, n) => expect(Math.abs(y[at + n] - value)).toBeLessThan(1e-4))
          expected.grad.forEach((value, n) =>
            expect(Math.abs(gradients.x[at + n] - value)).toBeLessThan(1e-3 * (1 + Math.abs(value))),
          )
        }
        tf.dispose([x, weights])
      },
    ),
    { numRuns: 40, seed: 5 },
  )
})

test('a row is the same alone as among many that all threads share', () => {
  const [rows, width] = [4099, 33]
  const x = tf.randomNormal([rows, width], 0.3, 2, 'float32', 7)
  const squares = (given: { x: tf.Tensor }) => tf.sum<Scalar>(tf.square(layerNorm(given.x, 1e-3)))
  const { gradients } = valueAndGradients<'x', tf.Tensor>({ x }, squares)
  const all = tf.tidy(() => layerNorm(x, 1e-3).dataSync())
  for (const row of [0, 1, 247, 248, 249, 2048, rows - 1]) {
    const one = tf.slice(x, [row, 0], [1, width])
    const [from, to] = [row * width, (row + 1) * width]
    expect(tf.tidy(() => layerNorm(one, 1e-3).dataSync())).toEqual(all.slice(from, to))
    const alone = valueAndGradients<'x', tf.Tensor>({ x: one }, squares)
    expect(alone.gradients.x).toEqual(gradients.x.slice(from, to))
    one.dispose()
  }
  x.dispose()
})

test('equal numbers become zeros', () => {
  const x = tf.fill([3, 8], 7)
  expect([...tf.tidy(() => layerNorm(x, 1e-6).dataSync())]).toEqual(new Array(24).fill(0))
  x.dispose()
})
