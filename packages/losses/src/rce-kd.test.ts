import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rceKd, softCrossEntropy } from './index.ts'

const float32 = { rel: 2e-5, abs: 1e-6 }

describe('TV-4: 2 users, 8 items, the drawn lists as given', () => {
  const r = [
    [2.31, -0.42, 1.77, 0.15, 1.06, -1.88, 2.92, 0.94],
    [0.88, 90.25, -2.4, 3.17, 1.06, 2.93, -0.51, -7.3],
  ]
  const s = [
    [0.35, 1.92, -0.48, 2.64, 0.11, 1.03, 2.27, -1.36],
    [91.3, 0.62, 88.75, -1.14, 2.58, 0.47, -3.09, 1.81],
  ]
  const top = [[3, 6, 1], [0, 2, 4]] // prettier-ignore
  const support = [[6, 0, 1, 2], [2, 1, 4, 3, 5]] // prettier-ignore
  // The supports differ in length: the first row has one place of padding.
  const approximate = [[...support[0], 7], support[1]]
  const mask = tf.tensor2d(support.map((row) => [0, 1, 2, 3, 4].map((n) => (n < row.length ? 1 : 0))))
  const overlaps = { sampled: [2 / 3, 1 / 3], topK: [1 / 3, 0] }

  const scoresOf = (scores: number[][], items: number[][]) =>
    tf.tensor2d(items.map((row, u) => row.map((item) => scores[u][item])))

  const evaluate = (mode: keyof typeof overlaps, temperature: number) => {
    const leaves = { top: scoresOf(s, top), approximate: scoresOf(s, approximate) }
    const { value, gradients } = valueAndGradients(leaves, (student) =>
      rceKd({
        student,
        teacher: { top: scoresOf(r, top), approximate: scoresOf(r, approximate) },
        gamma: tf.tensor2d(overlaps[mode].map((overlap) => [Math.exp(-1.5 * overlap)])),
        mask: { approximate: mask },
        temperature,
      }),
    )
    const perItem = s.map((row) => row.map(() => 0))
    top.forEach((row, u) => row.forEach((item, n) => (perItem[u][item] += gradients.top[u * 3 + n])))
    approximate.forEach((row, u) =>
      row.forEach((item, n) => (perItem[u][item] += gradients.approximate[u * 5 + n])),
    )
    return { value, perItem }
  }

  test.each([
    {
      mode: 'sampled' as const,
      temperature: 1,
      total: 73.53325,
      gradients: [
        [-0.077297434, 0.2493839, -0.049176065, 0.25422688, 0, 0, -0.37713728, 0],
        [0.18891066, -0.60653066, 0.62840339, -8.6600901e-39, -0.21078339, -4.4732086e-39, 0, 0],
      ],
    },
    {
      mode: 'sampled' as const,
      temperature: 2,
      total: 36.467571,
      gradients: [
        [-0.026040371, 0.094306621, -0.02281057, 0.069988023, 0, 0, -0.1154437, 0],
        [0.067787686, -0.30326533, 0.32955435, -2.8208291e-20, -0.094076704, -1.2638557e-20, 0, 0],
      ],
    },
    {
      mode: 'topK' as const,
      temperature: 1,
      total: 89.58849,
      gradients: [
        [-0.12744192, 0.28708532, -0.081077624, 0.15824589, 0, 0, -0.23681167, 0],
        [0, -1, 1, -1.4278075e-38, 3.5901763e-38, -7.3750742e-39, 0, 0],
      ],
    },
    {
      mode: 'topK' as const,
      temperature: 2,
      total: 45.41803,
      gradients: [
        [-0.042933313, 0.10844092, -0.037608272, 0.043564698, 0, 0, -0.071464032, 0],
        [0, -0.5, 0.5, -4.650761e-20, 7.5679786e-20, -2.0837458e-20, 0, 0],
      ],
    },
  ])('gamma mode $mode, temperature $temperature', ({ mode, temperature, total, gradients }) => {
    const { value, perItem } = evaluate(mode, temperature)
    expect(value).toBeNear(total, float32)
    expect(perItem).toBeNear(gradients, float32)
  })

  test.each([
    { temperature: 1, first: [1.1383525, 47.645841], second: [1.6661697, 88.13] },
    { temperature: 2, first: [1.1034456, 21.567047], second: [1.5149404, 44.065] },
  ])('the two terms of each user, temperature $temperature', ({ temperature, first, second }) => {
    for (const u of [0, 1]) {
      const pick = (scores: number[][], items: number[][]) => scoresOf([scores[u]], [items[u]])
      const term = (items: number[][]) => softCrossEntropy(pick(s, items), pick(r, items), { temperature })
      expect(term(top)).toBeNear(first[u], float32)
      expect(term(support)).toBeNear(second[u], float32)
    }
  })
})

const random = (seed: number, columns: number) =>
  tf.randomNormal<tf.Rank.R2>([3, columns], 0, 2, 'float32', seed)
const teacher = { top: random(1, 4), approximate: random(2, 5) }
const gamma: Tensor2D = tf.tensor2d([[0], [0.3], [1]])

test('gradient agrees with finite differences', () => {
  expectGradient(
    (top, approximate) => rceKd({ student: { top, approximate }, teacher, gamma, temperature: 1.5 }),
    [[3, 4], [3, 5]], // prettier-ignore
  )
})

test('gamma 0 leaves the first list alone, gamma 1 the second', () => {
  const student = { top: random(3, 4), approximate: random(4, 5) }
  const only = (value: number) => rceKd({ student, teacher, gamma: tf.fill([3, 1], value) })
  expect(only(0)).toBeNear(softCrossEntropy(student.top, teacher.top))
  expect(only(1)).toBeNear(softCrossEntropy(student.approximate, teacher.approximate))
})

test('a student that scores like its teacher has no gradient', () => {
  const { gradients } = valueAndGradients(teacher, (student) => rceKd({ student, teacher, gamma }))
  expect(gradients.top).toBeNear(new Float32Array(12), { abs: 1e-6 })
  expect(gradients.approximate).toBeNear(new Float32Array(15), { abs: 1e-6 })
})

test('a constant added to all scores of a user changes nothing; gradients of a user sum to 0', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: -40, max: 40 }), (seed, shift) => {
      const student = { top: random(seed, 4), approximate: random(seed + 1, 5) }
      const moved = { top: tf.add<Tensor2D>(student.top, shift), approximate: tf.add<Tensor2D>(student.approximate, shift) } // prettier-ignore
      const at = (leaves: typeof student) =>
        valueAndGradients(leaves, (student) => rceKd({ student, teacher, gamma }))
      const { value, gradients } = at(student)
      // The shift itself rounds scores to 2^-18 of their size.
      expect(at(moved).value).toBeNear(value, { rel: 2e-5 })
      for (let u = 0; u < 3; u++) {
        const own = [
          ...gradients.top.slice(u * 4, u * 4 + 4),
          ...gradients.approximate.slice(u * 5, u * 5 + 5),
        ]
        expect(own.reduce((sum, g) => sum + g, 0)).toBeNear(0, { abs: 1e-6 })
      }
    }),
    { numRuns: 50, seed: 5 },
  )
})

test('padding of either list counts for nothing, a row of padding adds 0', () => {
  const student = { top: random(6, 4), approximate: random(7, 5) }
  const mask = { top: tf.zeros<tf.Rank.R2>([3, 4]), approximate: tf.zeros<tf.Rank.R2>([3, 5]) }
  expect(rceKd({ student, teacher, gamma, mask })).toBeNear(0)
  expect(rceKd({ student, teacher, gamma: tf.ones([3, 1]), mask: { top: mask.top } })).toBeNear(
    softCrossEntropy(student.approximate, teacher.approximate),
  )
})

test('no tensor is left behind', () => expectNoLeak(() => rceKd({ student: teacher, teacher, gamma })))

test('what does not fit is named', () => {
  expect(() => rceKd({ student: teacher, teacher, gamma: tf.ones([3, 2]) })).toThrow(
    'rceKd: gamma must be [rows, 1], got [3, 2]',
  )
  expect(() => rceKd({ student: teacher, teacher, gamma: tf.ones([2, 1]) })).toThrow(
    'rceKd: gamma is [2, 1] but top is [3, 4]',
  )
})

test('the weight of the lists is a constant, whatever it was computed from', () => {
  const list = tf.tensor2d([[3, 1]])
  const { gradients } = valueAndGradients({ x: tf.tensor2d([[0.5]]) }, ({ x }) =>
    rceKd({
      student: { top: tf.zeros([1, 2]), approximate: list },
      teacher: { top: list, approximate: list },
      gamma: tf.square(x),
    }),
  )
  expect(gradients.x).toBeNear([0])
})
