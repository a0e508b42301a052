import type { Engine } from '@recdistill/engine'
import { defineBackbone, type BackboneContext } from '@recdistill/plugin'
import { z } from 'zod'
import { factorBackbone } from './factor-backbone.ts'
import { gather } from './gather.ts'
import { initTable } from './init-table.ts'
import { interactionGraph } from './interaction-graph.ts'
import { restoreTables, stateOfTables } from './table-state.ts'

/**
 * Vectors smoothed over the graph of training interactions, trained with the pairwise ranking loss. Spec 3.2.
 *
 *     score = <x_u, x_i>,  x = mean of layers 0..n,  layer l+1 = A layer l,  A[u, i] = 1 / sqrt(deg u * deg i)
 *
 * The graph is walked once a step however many lists are scored, and once back for the gradient: A is symmetric, so the
 * pullback of the mean of layers is the mean of layers of the gradient. Vectors that leave are propagated ones; the table
 * before it is `rawRowsOf`.
 */
export default defineBackbone({
  name: 'lightgcn',
  paper: {
    title: 'LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation',
    venue: 'SIGIR 2020',
    equations: '(7), (8), (15)',
  },
  params: z.object({
    layers: z.int().min(1).default(3).describe('steps over the graph'),
    init: z
      .number()
      .positive()
      .default(0.1)
      .describe('standard deviation of the initial values, N(0, init^2)'),
  }),
  defaults: { weightDecay: 1e-4 }, // its paper's
  create: createLightGcn,
})

function createLightGcn(
  { split, dim, optimizer, rng, engine: anyEngine, trainable }: BackboneContext,
  { layers, init }: { layers: number; init: number },
) {
  const engine = anyEngine as Engine
  const { numUsers, numItems } = split
  const user = engine.table('users', numUsers, dim, { trainable })
  const item = engine.table('items', numItems, dim, { trainable })
  const tables = [user, item]
  if (trainable) for (const table of tables) initTable(engine, table, init, rng)
  const propagatedUser = engine.table('propagated users', numUsers, dim, { trainable })
  const propagatedItem = engine.table('propagated items', numItems, dim, { trainable })
  const means = engine.meanOfLayers(
    interactionGraph(split),
    layers,
    [user, item],
    [propagatedUser, propagatedItem],
  )
  let stale = true

  const model = factorBackbone(engine, propagatedUser, propagatedItem, {
    begin() {
      if (!stale) return
      means.refresh()
      stale = false
    },
    base: ({ users, positives, negatives, negativesPerRow }) =>
      engine.bpr(propagatedUser, propagatedItem, users, positives, negatives, negativesPerRow),
    update() {
      means.pullBack()
      engine.adam(tables, optimizer)
      stale = true
    },
    state: () => stateOfTables(engine, tables, trainable),
    restore(state) {
      restoreTables(engine, tables, state)
      stale = true
    },
    dispose() {
      means.release()
      for (const table of [...tables, propagatedUser, propagatedItem]) engine.free(table)
    },
  })
  const raw = (of: 'users' | 'items') => tables[of === 'users' ? 0 : 1]
  return Object.assign(model, {
    rawRowsOf: (of: 'users' | 'items', ids: Uint32Array) => gather(engine, raw(of), ids),
    pullRawRows: (of: 'users' | 'items', ids: Uint32Array, grad: Float32Array) =>
      engine.pullRows(raw(of), ids, grad),
  })
}
