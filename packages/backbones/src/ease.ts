import { InputError, rowOf } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { defineBackbone, type BackboneContext } from '@recdistill/plugin'
import { z } from 'zod'
import { invertMatrix } from './invert-matrix.ts'
import { scoredRows } from './scored-rows.ts'
import { expectTensor } from './table-state.ts'
import { trainedOnce } from './trained-once.ts'

const params = z.object({
  l2: z.number().positive().default(250).describe('squared weights cost this much'),
  maxItems: z
    .int()
    .min(1)
    .default(20_000)
    .describe('refuses larger catalogues: memory is their square, time their cube'),
})

/**
 * A linear auto-encoder of whole rows, in closed form:
 *
 *     score(u, .) = x_u B,  B = I - P / diag(P),  P = (X'X + l2 I)^-1
 *
 * Every item is told by the others: the diagonal of B is 0.
 */
export default defineBackbone({
  name: 'ease',
  paper: {
    title: 'Embarrassingly Shallow Autoencoders for Sparse Data',
    venue: 'WWW 2019',
    equations: '(8)',
  },
  params,
  trains: 'once',
  sized: false,
  vectors: false,
  create: createEase,
})

function createEase(
  { split, engine: anyEngine, trainable }: BackboneContext,
  { l2, maxItems }: z.output<typeof params>,
) {
  const { numUsers, numItems: n, train } = split
  if (n > maxItems)
    throw new InputError(
      `ease: a matrix of ${n} x ${n} items takes ${(4e-9 * n * n).toFixed(1)} GB and 2 x ${n}^3 operations; it stops at ${maxItems} items: filter rare items, choose item-knn or ials, or raise maxItems`,
    )
  let weights = new Float32Array(n * n) // B, row by row
  const sums = new Float64Array(n)
  const scorer = {
    all(user: number, out: Float32Array) {
      sums.fill(0)
      for (const seen of rowOf(train, user))
        for (let item = 0, at = seen * n; item < n; item++, at++) sums[item] += weights[at]
      out.set(sums)
    },
    some(user: number, items: Uint32Array, out: Float32Array) {
      const row = rowOf(train, user)
      for (let j = 0; j < items.length; j++) {
        let sum = 0
        for (const seen of row) sum += weights[seen * n + items[j]]
        out[j] = sum
      }
    },
  }
  return trainedOnce(
    'ease',
    {
      ...scoredRows('ease', split, scorer),
      parameters: n * n,
      dispose: () => void (weights = new Float32Array(0)),
    },
    {
      trainable,
      fit() {
        weights.fill(0)
        for (let user = 0; user < numUsers; user++) {
          const row = rowOf(train, user)
          for (const seen of row) for (const other of row) weights[seen * n + other]++
        }
        for (let item = 0; item < n; item++) weights[item * n + item] += l2
        invertMatrix(anyEngine as Engine, weights, n)
        const diagonal = Float32Array.from({ length: n }, (_, item) => weights[item * n + item])
        for (let row = 0; row < n; row++) {
          for (let item = 0; item < n; item++) weights[row * n + item] /= -diagonal[item]
          weights[row * n + row] = 0
        }
      },
      state: () => ({ weights }),
      restore: ({ parameters }) => weights.set(expectTensor(parameters, 'weights', n, n, { finite: true })),
    },
  )
}
