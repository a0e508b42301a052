import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { softCrossEntropy } from './index.ts'

const float32 = { rel: 2e-5, abs: 1e-6 }

describe('TV-2', () => {
  const s = [[0.73, -1.18, 2.41, 0.05], [90.3, -35.2, 88.9, 0]] // prettier-ignore
  const t = [[1.9, -0.4, 0.6, -2.2], [3.3, -1.7, 4.1, 90.25]] // prettier-ignore
  test.each([
    {
      temperature: 1,
      rows: [1.7651975, 90.520417],
      loss: 92.285615,
      gradient: [
        [-0.57730914, -0.051068407, 0.56814074, 0.060236807],
        [0.80218389, -1.1657955e-40, 0.19781611, -1],
      ],
    },
    {
      temperature: 2.5,
      rows: [1.4123634, 36.571845],
      loss: 37.984209,
      gradient: [
        [-0.087336203, -0.028375745, 0.078386741, 0.037325207],
        [0.25458102, -4.2531288e-17, 0.14541898, -0.4],
      ],
    },
  ])('temperature $temperature', ({ temperature, rows, loss, gradient }) => {
    const { value, gradients } = valueAndGradients({ student: tf.tensor2d(s) }, ({ student }) =>
      softCrossEntropy(student, tf.tensor2d(t), { temperature }),
    )
    expect(value).toBeNear(loss, float32)
    expect(gradients.student).toBeNear(gradient, float32)
    rows.forEach((row, n) =>
      expect(softCrossEntropy(tf.tensor2d([s[n]]), tf.tensor2d([t[n]]), { temperature })).toBeNear(
        row,
        float32,
      ),
    )
  })
})

test('gradient agrees with finite differences, padding included', () => {
  const teacher = tf.randomNormal<tf.Rank.R2>([4, 6], 0, 1, 'float32', 5)
  const mask = tf.tensor2d([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]) // prettier-ignore
  expectGradient((s) => softCrossEntropy(s, teacher, { temperature: 2 }), [[4, 6]])
  expectGradient((s) => softCrossEntropy(s, teacher, { mask }), [[4, 6]])
})

test('no gradient flows to the teacher', () => {
  const leaves = { student: tf.tensor2d([[1, 2]]), teacher: tf.tensor2d([[3, 1]]) }
  const { gradients } = valueAndGradients(leaves, ({ student, teacher }) =>
    softCrossEntropy(student, teacher),
  )
  expect(gradients.teacher).toEqual(new Float32Array(2))
  expect(gradients.student[0]).not.toBe(0)
})

test('rows with padding equal rows without it, whatever score the padding has', () => {
  const gradientOf = (s: number[][], t: number[][], mask: number[][] | null) =>
    valueAndGradients({ s: tf.tensor2d(s) }, (leaf) =>
      softCrossEntropy(leaf.s, tf.tensor2d(t), { mask: mask && tf.tensor2d(mask) }),
    )
  const plain = gradientOf([[1, -2]], [[0.5, 3]], null)
  const padded = gradientOf([[1, 999, -2]], [[0.5, -999, 3]], [[1, 0, 1]])
  expect(padded.value).toBeNear(plain.value)
  expect(padded.gradients.s).toBeNear([plain.gradients.s[0], 0, plain.gradients.s[1]])
  const empty = gradientOf([[1, 2]], [[3, 4]], [[0, 0]])
  expect([empty.value, ...empty.gradients.s]).toBeNear([0, 0, 0], { abs: 0 })
})

test('one item gives 0; equal scores give log n; 1e4 stays finite', () => {
  expect(softCrossEntropy(tf.tensor2d([[5]]), tf.tensor2d([[-3]]))).toBeNear(0)
  expect(softCrossEntropy(tf.fill([1, 8], 90), tf.fill([1, 8], -90))).toBeNear(Math.log(8))
  expect(softCrossEntropy(tf.tensor2d([[1e4, 0]]), tf.tensor2d([[0, 1e4]]))).toBeNear(1e4)
})

/** Scores with few digits, so that a shift of them is exact in float32. */
const scores = fc.array(fc.integer({ min: -200, max: 200 }).map((n) => n / 16), { minLength: 5, maxLength: 5 }) // prettier-ignore

test('a constant added to the scores of a row changes nothing, and gradients of a row sum to 0', () => {
  const evaluate = (s: number[], t: number[]) =>
    valueAndGradients({ s: tf.tensor2d([s]) }, (leaf) => softCrossEntropy(leaf.s, tf.tensor2d([t])))
  fc.assert(
    fc.property(scores, scores, fc.integer({ min: -50, max: 50 }), (s, t, shift) => {
      const { value, gradients } = evaluate(s, t)
      const moved = evaluate(s.map((x) => x + shift), t.map((x) => x - shift)) // prettier-ignore
      expect(moved.value).toBeNear(value, float32)
      expect(moved.gradients.s).toBeNear(gradients.s, float32)
      expect(gradients.s.reduce((sum, g) => sum + g, 0)).toBeNear(0, { abs: 1e-6 })
    }),
    { numRuns: 100, seed: 3 },
  )
})

test('no tensor is left behind', () => {
  const x: Tensor2D = tf.tensor2d([[1, 2]])
  const mask: Tensor2D = tf.tensor2d([[1, 0]])
  expectNoLeak(() => softCrossEntropy(x, x, { mask }))
})

test('what does not fit is named', () => {
  expect(() => softCrossEntropy(tf.zeros([32, 100]), tf.zeros([32, 50]))).toThrow(
    'softCrossEntropy: student is [32, 100] but teacher is [32, 50]; both must score the same list',
  )
  expect(() => softCrossEntropy(tf.zeros([1, 2]), tf.zeros([1, 2]), { temperature: 0 })).toThrow(
    'temperature must be above 0, got 0',
  )
})
