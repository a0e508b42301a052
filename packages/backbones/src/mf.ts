import type { Engine } from '@recdistill/engine'
import { defineBackbone, type BackboneContext } from '@recdistill/plugin'
import { z } from 'zod'
import { addItemBias } from './item-bias.ts'
import { factorBackbone } from './factor-backbone.ts'
import { initTable } from './init-table.ts'
import { restoreTables, stateOfTables } from './table-state.ts'

/** Matrix factorisation trained with the pairwise ranking loss: score = <user row, item row>. Spec 3.1. */
export default defineBackbone({
  name: 'mf',
  paper: {
    title: 'BPR: Bayesian Personalized Ranking from Implicit Feedback',
    venue: 'UAI 2009',
    equations: 'section 4.1',
  },
  params: z.object({
    init: z
      .number()
      .positive()
      .default(0.01)
      .describe('standard deviation of the initial values, N(0, init^2)'),
    biases: z.boolean().default(false).describe('adds a learnt number per item to its scores'),
  }),
  create(context, { init, biases }) {
    const model = createMf(context, init)
    return biases ? addItemBias(model, context) : model
  },
})

function createMf(
  { split, dim, optimizer, rng, engine: anyEngine, trainable }: BackboneContext,
  init: number,
) {
  const engine = anyEngine as Engine
  const user = engine.table('users', split.numUsers, dim, { trainable })
  const item = engine.table('items', split.numItems, dim, { trainable })
  const tables = [user, item]
  if (trainable) for (const table of tables) initTable(engine, table, init, rng)
  return factorBackbone(engine, user, item, {
    begin() {},
    base: ({ users, positives, negatives, negativesPerRow }) =>
      engine.bpr(user, item, users, positives, negatives, negativesPerRow),
    update: () => engine.adam(tables, optimizer),
    state: () => stateOfTables(engine, tables, trainable),
    restore: (state) => restoreTables(engine, tables, state),
    dispose() {
      for (const table of tables) engine.free(table)
    },
  })
}
