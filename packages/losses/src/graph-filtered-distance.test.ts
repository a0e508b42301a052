import { createRng } from '@recdistill/core'
import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { dropout, type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import { describe, expect, test } from 'vitest'
import {
  type Experts,
  filteredProjection,
  graphFilteredDistance,
  type NamedDropout,
  projectedGraphDistance,
  rowDistance,
  type SparseRows,
  sparseProduct,
} from './index.ts'

const golden = { rel: 2e-6, abs: 1e-6 }
const float32 = { rel: 2e-5, abs: 1e-6 }

const matrixOf = (rows: number, columns: number, seed: number): Tensor2D => {
  const rng = createRng(seed)
  return tf.tensor2d(
    Float32Array.from({ length: rows * columns }, () => rng.normal()),
    [rows, columns],
  )
}
let made = 0
const matrix = (rows: number, columns: number) => matrixOf(rows, columns, 100 + made++)

/** Its entries that are not 0, by rows. */
function sparse(dense: readonly (readonly number[])[]): SparseRows {
  const entries = dense.map((row) => [...row.entries()].filter(([, weight]) => weight !== 0))
  const offsets = new Uint32Array(dense.length + 1)
  entries.forEach((row, r) => (offsets[r + 1] = offsets[r] + row.length))
  return {
    offsets,
    columns: Uint32Array.from(entries.flat(), ([column]) => column),
    weights: Float32Array.from(entries.flat(), ([, weight]) => weight),
    numColumns: dense[0].length,
  }
}

describe('TV-16', () => {
  // rows 0 and 2 of 0.5 A + 0.5 Id
  const filter = sparse([[0.5, 0.5 * Math.SQRT1_2, 0.25, 0.25], [0.25, 0, 0.5, 0]]) // prettier-ignore
  const student = [[0.4, -1.2], [1.1, 0.3], [-0.7, 0.9], [0.2, -0.5]] // prettier-ignore
  const teacher = [[0.9, -0.4], [0.6, 1.5], [-1.3, 0.8], [0.1, 0.7]] // prettier-ignore
  test.each([
    [
      false,
      1.271865,
      [[0.1892767, -1.1742641], [0.071966991, -0.77729708], [0.22588835, -0.69963203], [0.050888348, -0.54963203]], // prettier-ignore
    ],
    [
      true,
      1.230421,
      [[-0.55053466, -0.66432989], [-0.36614716, -0.43118611], [-0.3243539, -0.4139759], [-0.25890514, -0.30489463]], // prettier-ignore
    ],
  ])('cosine: %s', (cosine, loss, gradient) => {
    const { value, gradients } = valueAndGradients({ student: tf.tensor2d(student) }, ({ student }) =>
      graphFilteredDistance(student, tf.tensor2d(teacher), filter, { cosine }),
    )
    expect(value).toBeNear(loss, golden)
    expect(gradients.student).toBeNear(gradient, golden)
  })
})

const dense = [[0.5, 0, -2, 0], [0, 0, 0, 0], [1, 3, 0, 0.25]] // prettier-ignore

test('a sparse product is the dense one, in value and gradient', () => {
  const x = matrix(4, 5)
  const upstream = matrix(3, 5)
  const by = (product: (x: Tensor2D) => Tensor2D) =>
    valueAndGradients({ x }, ({ x }) => tf.sum<tf.Scalar>(tf.mul(product(x), upstream)))
  const [fast, plain] = [by((x) => sparseProduct(sparse(dense), x)), by((x) => tf.matMul(tf.tensor2d(dense), x))] // prettier-ignore
  expect(fast.value).toBeNear(plain.value, float32)
  expect(fast.gradients.x).toBeNear(plain.gradients.x, float32)
  expect(() => sparseProduct(sparse(dense), matrix(5, 5))).toThrow(
    'sparseProduct: the matrix has 4 columns but x is [5, 5]; they must agree',
  )
})

test('with the identity as filter it is plain regression', () => {
  const [s, t] = [matrix(4, 3), matrix(4, 3)]
  const identity = sparse([[0, 1, 0, 0], [0, 0, 0, 1]]) // prettier-ignore
  const chosen = (m: Tensor2D) => tf.gather(m, tf.tensor1d([1, 3], 'int32'))
  for (const cosine of [false, true])
    expect(graphFilteredDistance(s, t, identity, { cosine })).toBeNear(
      rowDistance(chosen(s), chosen(t), { cosine }),
    )
})

test('gradients agree with finite differences', () => {
  const t = matrix(4, 3)
  for (const cosine of [false, true])
    expectGradient((s) => graphFilteredDistance(s, t, sparse(dense), { cosine }), [[4, 3]], {
      step: 0.01,
      abs: 2e-3,
    })
})

describe('filtered projection', () => {
  const networks: Experts = {
    hidden: matrix(3, 12),
    hiddenBias: matrix(1, 12),
    output: matrix(12, 5),
    outputBias: matrix(2, 5),
  }
  const filter = sparse(dense)
  const masks = { rate: 0.4, words: (name: string) => createRng(7).fork(name) }

  /** First the networks for all rows, then the filter. */
  const plainly = (
    x: Tensor2D,
    { hidden, hiddenBias, output, outputBias }: Experts,
    masks: NamedDropout | null,
  ) => {
    // prettier-ignore
    const outputs = [0, 1].map((k) => {
      const drop = (y: Tensor2D, name: string) =>
        masks ? dropout(y, { rate: masks.rate, words: masks.words(`${name} ${k}`) }) : y
      const columns = (m: Tensor2D) => m.slice([0, 6 * k], [-1, 6])
      const active = tf.relu<Tensor2D>(
        tf.add(tf.matMul(drop(x, 'input'), columns(hidden)), columns(hiddenBias)),
      )
      const out = tf.matMul(drop(active, 'hidden'), output.slice([6 * k, 0], [6, -1]))
      return tf.add<Tensor2D>(out, outputBias.slice([k, 0], [1, -1]))
    })
    return tf.matMul<Tensor2D>(tf.tensor2d(dense), tf.mul(tf.addN(outputs), 0.5))
  }

  test.each([null, masks])('equals projecting every row and filtering then, dropout %#', (dropout) => {
    const upstream = matrix(3, 5)
    const by = (f: (x: Tensor2D, networks: Experts) => Tensor2D) =>
      valueAndGradients({ x: matrixOf(4, 3, 9), ...networks }, ({ x, ...networks }) =>
        tf.sum<tf.Scalar>(tf.mul(f(x, networks), upstream)),
      )
    const fast = by((x, networks) => filteredProjection(x, filter, networks, { dropout }))
    const plain = by((x, networks) => plainly(x, networks, dropout))
    expect(fast.value).toBeNear(plain.value, float32)
    for (const [name, gradient] of Object.entries(plain.gradients)) {
      expect(fast.gradients[name as 'x'], name).toBeNear(gradient, { rel: 1e-4, abs: 1e-5 })
      expect(Math.max(...gradient.map(Math.abs)), name).toBeGreaterThan(0)
    }
  })

  test('projects no more rows than the filter reads, and compares the filtered rows', () => {
    const wide = sparse([[0, 0.5, 0, -2, 0, 0], [0, 1, 0, 0, 0, 3]]) // prettier-ignore
    const [s, t] = [matrix(6, 3), matrix(6, 5)]
    const whole = rowDistance(filteredProjection(s, wide, networks), sparseProduct(wide, t))
    expect(projectedGraphDistance(s, t, wide, networks)).toBeNear(whole, float32)
    const unread = tf.tensor2d([[NaN], [0], [NaN], [0], [NaN], [0]])
    expect(projectedGraphDistance(tf.add(s, unread), t, wide, networks)).toBeNear(whole, float32)
    const none = { ...wide, offsets: new Uint32Array(1), columns: new Uint32Array(0), weights: new Float32Array(0) } // prettier-ignore
    expect(projectedGraphDistance(s, t, none, networks)).toBeNear(0)
  })

  test('no tensor is left behind', () => {
    const x = matrix(4, 3)
    const t = matrix(4, 5)
    expectNoLeak(() => filteredProjection(x, filter, networks, { dropout: masks }))
    expectNoLeak(() => projectedGraphDistance(x, t, filter, networks, { dropout: masks }))
    expectNoLeak(
      () =>
        void valueAndGradients({ x }, ({ x }) =>
          projectedGraphDistance(x, t, filter, networks, { dropout: masks }),
        ),
    )
    expectNoLeak(() => graphFilteredDistance(x, x, filter))
  })
})
