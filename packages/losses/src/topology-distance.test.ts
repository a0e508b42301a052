import { createRng } from '@recdistill/core'
import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupedTopology, type GroupedTopologyOptions, topologyDistance } from './index.ts'

const golden = { rel: 2e-6, abs: 1e-6 }
const float32 = { rel: 2e-5, abs: 1e-6 }

// Spec, TV-14
const student = [[0.31, -0.72], [1.14, 0.45], [-0.83, 0.29], [0.52, 1.67]] // prettier-ignore
const teacher = [[0.9, -0.35, 0.41], [0.22, 1.3, -0.64], [-1.05, 0.18, 0.77], [0.36, 0.94, 1.21]] // prettier-ignore
const groups = [0, 0, 1, 1]

const matrix = (rows: number, columns: number, seed: number) => {
  const rng = createRng(seed)
  return tf.tensor2d(
    Float32Array.from({ length: rows * columns }, () => rng.normal()),
    [rows, columns],
  )
}

describe('TV-14', () => {
  test('full topology', () => {
    const { value, gradients } = valueAndGradients({ student: tf.tensor2d(student) }, ({ student }) =>
      topologyDistance(student, tf.tensor2d(teacher)),
    )
    expect(value).toBeNear(3.5879472, golden)
    expect(gradients.student).toBeNear(
      [[-0.89518176, -0.38542548], [0.46274091, -1.172277], [-0.77299446, -2.2123634], [-0.13549304, 0.042189449]], // prettier-ignore
      golden,
    )
  })

  test.each<['teacherPositive' | 'all', number, number[][]]>([
    [
      'teacherPositive',
      1.4207064,
      [[-0.15582219, -0.06709011], [-0.089166162, 0.22588761], [-0.72180887, -2.0658668], [0.32345968, -0.10071798]], // prettier-ignore
    ],
    [
      'all',
      1.6921571,
      [[1.5700062, 0.67597491], [0.35210005, -0.8919868], [-0.72180887, -2.0658668], [0.32345968, -0.10071798]], // prettier-ignore
    ],
  ])('groups and their prototypes, pairs: %s', (samePairs, loss, gradient) => {
    const { value, gradients } = valueAndGradients({ student: tf.tensor2d(student) }, ({ student }) =>
      groupedTopology(student, tf.tensor2d(teacher), groups, { samePairs }),
    )
    expect(value).toBeNear(loss, golden)
    expect(gradients.student).toBeNear(gradient, golden)
  })
})

/** The formula, in double precision. */
function plainTopology(s: number[][], t: number[][]): number {
  const cosine = (a: number[], b: number[]) => {
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, d) => sum + value * y[d], 0)
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
  }
  let sum = 0
  s.forEach((_, a) => s.forEach((_, b) => (sum += (cosine(s[a], s[b]) - cosine(t[a], t[b])) ** 2)))
  return sum
}

test.each([
  [4, 3, 5],
  [60, 3, 5], // many more rows than dimensions: products of dimensions instead of pairs
  [1300, 2, 70], // pairs in several blocks
])('%i rows of %i and %i dimensions agree with the formula and with finite differences', (n, a, b) => {
  const [s, t] = [matrix(n, a, 1), matrix(n, b, 2)]
  expect(topologyDistance(s, t)).toBeNear(plainTopology(s.arraySync(), t.arraySync()), float32)
  if (n < 100) expectGradient((s) => topologyDistance(s, t), [[n, a]], { abs: 2e-2, scale: 4 })
})

test('both ways of counting pairs give the same gradient', () => {
  // 60 rows: alone they go by dimensions. The same rows in one group of 60 go pair by pair.
  const [s, t] = [matrix(60, 3, 1), matrix(60, 5, 2)]
  const [byDims, byPairs] = [
    valueAndGradients({ s }, ({ s }) => topologyDistance(s, t)),
    valueAndGradients({ s }, ({ s }) =>
      groupedTopology(s, t, new Array<number>(60).fill(7), {
        samePairs: 'all',
        prototypesWith: 'prototypes', // of one group: a cosine of 1 on both sides
      }),
    ),
  ]
  expect(byDims.value).toBeNear(byPairs.value, float32)
  expect(byDims.gradients.s).toBeNear(byPairs.gradients.s, { rel: 1e-4, abs: 1e-4 })
})

test('equal topologies cost nothing: rotated, stretched, mirrored', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 40 }),
      fc.integer(),
      fc.double({ min: 0, max: 7, noNaN: true }),
      (n, seed, angle) => {
        const s = matrix(n, 2, seed)
        const [c, d] = [Math.cos(angle), Math.sin(angle)]
        const lengths = tf.add(tf.abs(matrix(n, 1, seed + 1)), 0.1)
        const t = tf.mul(tf.matMul(s, tf.tensor2d([[c, d], [d, -c]])), lengths) as Tensor2D // prettier-ignore
        const { value, gradients } = valueAndGradients({ s }, ({ s }) => topologyDistance(s, t))
        expect(value).toBeNear(0, { abs: 1e-6 * n * n })
        const lengthOf = s.norm(2, 1).dataSync<'float32'>()
        gradients.s.forEach((g, at) => expect(Math.abs(g) * lengthOf[at >> 1]).toBeLessThan(1e-5 * n))
      },
    ),
    { numRuns: 30, seed: 5 },
  )
})

test('the length of rows does not matter, however long or short', () => {
  const [s, t] = [matrix(6, 3, 1), matrix(6, 4, 2)]
  const expected = topologyDistance(s, t).dataSync()[0]
  const lengths = tf.tensor2d([[1e-10], [1e-3], [1], [10], [1e12], [1e20]])
  const reversed = tf.reverse(lengths, 0)
  expect(topologyDistance(tf.mul(s, lengths), tf.mul(t, reversed))).toBeNear(expected, float32)
})

test('a row of zeros has no direction and no gradient', () => {
  const { value, gradients } = valueAndGradients(
    {
      s: tf.tensor2d([
        [0, 0],
        [1, 2],
      ]),
    },
    ({ s }) => // prettier-ignore
    topologyDistance(s, tf.tensor2d([[1, 0], [3, 4]])), // prettier-ignore
  )
  expect(value).toBeNear(2 * 0.6 ** 2 + 1) // its cosine with itself is 0, the teacher's is 1
  expect(gradients.s.subarray(0, 2)).toBeNear([0, 0], { abs: 0 })
})

test('users and items stand one below the other', () => {
  const [s, t] = [matrix(7, 3, 1), matrix(7, 5, 2)]
  const cut = (m: Tensor2D) => [m.slice([0, 0], [3, -1]), m.slice([3, 0], [4, -1])]
  expect(topologyDistance(cut(s), cut(t))).toBeNear(topologyDistance(s, t))
  const numbers = [0, 1, 0, 4, 4, 5, 4]
  expect(groupedTopology(cut(s), cut(t), numbers)).toBeNear(groupedTopology(s, t, numbers))
})

describe('grouped', () => {
  const numbers = [3, 0, 3, 9, 0, 3]
  const t = matrix(6, 4, 3)
  test.each<GroupedTopologyOptions>([
    { samePairs: 'all', prototypesWith: 'prototypes' },
    { samePairs: 'teacherPositive', prototypesWith: 'prototypes' },
  ])('%j: gradient agrees with finite differences', (options) =>
    expectGradient((s) => groupedTopology(s, t, numbers, options), [[6, 3]], { step: 0.01, abs: 2e-3 }),
  )

  test('prototypes that are constants leave the prototype part without gradient', () => {
    // every row is a group of its own, so its prototype is itself and pairs within a group cost nothing
    const alone = [0, 1, 2, 3, 4, 5]
    const gradientOf = (options: GroupedTopologyOptions) =>
      valueAndGradients({ s: matrix(6, 3, 1) }, ({ s }) => groupedTopology(s, t, alone, options))
    const free = gradientOf({ prototypesWith: 'prototypes', prototypeGradient: true })
    const fixed = gradientOf({ prototypesWith: 'prototypes', prototypeGradient: false })
    expect(fixed.value).toBeNear(free.value)
    expect(free.value).toBeNear(topologyDistance(matrix(6, 3, 1), t), float32)
    expect(Math.max(...fixed.gradients.s.map(Math.abs))).toBeLessThan(1e-6)
    expect(Math.max(...free.gradients.s.map(Math.abs))).toBeGreaterThan(0.1)
  })

  test('the names of groups do not matter', () => {
    const s = matrix(6, 3, 1)
    const named = groupedTopology(s, t, [1, 2, 1, 0, 2, 1])
    expect(groupedTopology(s, t, numbers)).toBeNear(named)
  })

  test('equal topologies cost nothing', () => {
    const s = matrix(6, 3, 1)
    const { value, gradients } = valueAndGradients({ s }, ({ s }) => groupedTopology(s, s, numbers))
    expect(value).toBeNear(0, { abs: 1e-10 })
    expect(gradients.s).toBeNear(new Float32Array(18), { abs: 1e-5 })
  })
})

test('no rows cost nothing', () => {
  const none: Tensor2D = tf.zeros([0, 3])
  expect(topologyDistance(none, tf.zeros([0, 5]))).toBeNear(0)
  expect(groupedTopology(none, tf.zeros([0, 5]), [])).toBeNear(0)
})

test('no tensor is left behind', () => {
  const [s, t] = [matrix(60, 3, 1), matrix(60, 5, 2)]
  const groups = Array.from({ length: 60 }, (_, n) => n % 7)
  expectNoLeak(() => [
    topologyDistance(s, t),
    topologyDistance([s, s], [t, t]),
    groupedTopology(s, t, groups),
  ])
  expectNoLeak(() => void valueAndGradients({ s }, ({ s }) => groupedTopology(s, t, groups)))
})

test('what does not fit is named', () => {
  expect(() => topologyDistance(tf.zeros([3, 2]), tf.zeros([4, 2]))).toThrow(
    'topologyDistance: student is [3, 2] but teacher is [4, 2]; they must have the same rows',
  )
  expect(() => topologyDistance([], [])).toThrow('topologyDistance: student is an empty list')
  expect(() =>
    groupedTopology(tf.zeros([6, 2]), [tf.zeros([3, 2]), tf.zeros([3, 5])], [1, 1, 1, 2, 2, 2]),
  ).toThrow('groupedTopology: teacher stacks [3, 2] and [3, 5]; they must have the same columns')
  expect(() => groupedTopology(tf.zeros([3, 2]), tf.zeros([3, 2]), [1, 2])).toThrow(
    'groupedTopology: student has 3 rows but groups has 2; every row needs a group',
  )
})
