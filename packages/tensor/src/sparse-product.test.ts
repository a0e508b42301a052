import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import {
  countTensors,
  prepareTensors,
  sparseProduct,
  type SparseRows,
  type Tensor2D,
  tf,
  valueAndGradients,
} from './index.ts'

beforeAll(async () => void (await prepareTensors()))

/** Rows of [column, weight], a column more than once or never. */
const matrices = fc.integer({ min: 1, max: 12 }).chain((numColumns) =>
  fc
    .array(fc.array(fc.tuple(fc.nat(numColumns - 1), fc.integer({ min: -8, max: 8 })), { maxLength: 9 }), {
      maxLength: 9,
    })
    .map((rows): SparseRows => {
      const offsets = new Uint32Array(rows.length + 1)
      rows.forEach((row, r) => (offsets[r + 1] = offsets[r] + row.length))
      const entries = rows.flat()
      return {
        offsets,
        columns: Uint32Array.from(entries, ([column]) => column),
        weights: Float32Array.from(entries, ([, weight]) => weight / 4),
        numColumns,
      }
    }),
)

function dense({ offsets, columns, weights, numColumns }: SparseRows): Tensor2D {
  const rows = offsets.length - 1
  const out = new Float32Array(rows * numColumns)
  for (let r = 0; r < rows; r++)
    for (let n = offsets[r]; n < offsets[r + 1]; n++) out[r * numColumns + columns[n]] += weights[n]
  return tf.tensor2d(out, [rows, numColumns])
}

function expectDefinition(): void {
  const before = countTensors()
  fc.assert(
    fc.property(matrices, fc.integer({ min: 1, max: 40 }), (matrix, width) => {
      tf.tidy(() => {
        const x: Tensor2D = tf.randomNormal([matrix.numColumns, width], 0, 1, 'float32', width)
        const upstream: Tensor2D = tf.randomNormal([matrix.offsets.length - 1, width], 0, 1, 'float32', 2)
        const by = (product: (x: Tensor2D) => Tensor2D) =>
          valueAndGradients({ x }, ({ x }) => tf.sum<tf.Scalar>(tf.mul(product(x), upstream)))
        const [ours, theirs] = [by((x) => sparseProduct(matrix, x)), by((x) => tf.matMul(dense(matrix), x))]
        expect(Math.abs(ours.value - theirs.value)).toBeLessThan(1e-3)
        ours.gradients.x.forEach((g, n) => expect(Math.abs(g - theirs.gradients.x[n])).toBeLessThan(1e-4))
      })
    }),
    { numRuns: 60, seed: 3 },
  )
  expect(countTensors()).toBe(before)
}

test('it is the dense product, in value and gradient', expectDefinition)

test('on the plain backend too', async () => {
  await prepareTensors({ backend: 'cpu' })
  try {
    expectDefinition()
  } finally {
    await prepareTensors()
  }
})
