import { transpose, type Csr } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { defineBackbone, type BackboneContext } from '@recdistill/plugin'
import { z } from 'zod'
import { solveRows } from './alternating-least-squares.ts'
import { factorModel } from './factor-model.ts'
import { initTable } from './init-table.ts'
import { restoreTables, stateOfTables } from './table-state.ts'
import { trainedOnce } from './trained-once.ts'

const params = z.object({
  iterations: z.int().min(1).default(16).describe('times that users and items are solved for in turn'),
  unobserved: z
    .number()
    .min(0)
    .default(0.01)
    .describe('weight of every pair, seen or not, whose score should be 0'),
  l2: z.number().positive().default(0.003).describe('weight of squared vectors'),
  nu: z
    .number()
    .min(0)
    .default(1)
    .describe('l2 of a row grows with (interactions + unobserved * rows of the other side)^nu'),
  solver: z
    .enum(['auto', 'cholesky', 'cg'])
    .default('auto')
    .describe('exact, or three steps of conjugate gradients; auto is exact up to 64 dimensions'),
})

/**
 * Implicit matrix factorisation by alternating least squares.
 *
 *     loss = sum over seen (u, i) of (1 - x_u y_i)^2 + unobserved * sum over all (u, i) of (x_u y_i)^2
 *          + l2 * sum over rows r of (|D_r| + unobserved * size of the other side)^nu |row|^2
 *
 * Given one side the rows of the other are least-squares problems of their own, solved exactly or, in larger dimensions, by
 * three steps of conjugate gradients from where they are. The weights are those of Rendle et al., "Revisiting the Performance of
 * iALS on Item Recommendation Benchmarks" (RecSys 2022); Hu et al. write alpha = 1 / unobserved and nu = 0.
 */
export default defineBackbone({
  name: 'ials',
  paper: {
    title: 'Collaborative Filtering for Implicit Feedback Datasets',
    venue: 'ICDM 2008',
    equations: '(3) to (5)',
  },
  params,
  trains: 'once',
  create: createIals,
})

function createIals(
  { split, dim, rng, engine: anyEngine, trainable }: BackboneContext,
  { iterations, unobserved, l2, nu, solver }: z.output<typeof params>,
) {
  const engine = anyEngine as Engine
  const { numUsers, numItems, train } = split
  const user = engine.table('users', numUsers, dim, { trainable: false })
  const item = engine.table('items', numItems, dim, { trainable: false })
  const tables = [user, item]
  const exact = solver === 'auto' ? dim <= 64 : solver === 'cholesky'
  const sides = (seen: Csr, rows: Float32Array, others: Float32Array) =>
    solveRows(seen, rows, others, { dim, unobserved, l2, nu, exact })
  return trainedOnce('ials', factorModel(engine, user, item), {
    trainable,
    fit() {
      for (const table of tables) initTable(engine, table, 0.1 / Math.sqrt(dim), rng)
      const [users, items] = tables.map((table) => engine.read(table).slice())
      const back = transpose(train, numItems)
      for (let n = 0; n < iterations; n++) {
        sides(train, users, items)
        sides(back, items, users)
      }
      engine.write(user, users)
      engine.write(item, items)
    },
    state: () => stateOfTables(engine, tables, false).parameters,
    restore: (state) => restoreTables(engine, tables, state),
  })
}
