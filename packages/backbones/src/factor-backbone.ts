import type { Engine, Table } from '@recdistill/engine'
import type { Backbone } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { exchangedOf } from './exchanged.ts'
import { factorModel } from './factor-model.ts'
import { fusedOnTables } from './fused-on-tables.ts'
import { noteTables } from './model-tables.ts'

/** What a factor model in training has beyond the views of its tables. */
export type FactorTraining = Pick<Backbone, 'begin' | 'base' | 'update' | 'state' | 'restore' | 'dispose'>

/**
 * The differentiable views of two tables that collect gradients, and how they are trained. What MF and LightGCN share.
 * Flipped, the tables change places; training and checkpoints stay with the model that was flipped.
 */
export function factorBackbone(
  engine: Engine,
  user: Table,
  item: Table,
  training: FactorTraining,
): Backbone & { flipped(): Backbone } {
  const model = { ...views(engine, user, item), ...training, flipped: () => exchanged }
  const exchanged: Backbone = exchangedOf(model, views(engine, item, user))
  noteTables(model, { engine, user, item })
  return model
}

function views(engine: Engine, user: Table, item: Table) {
  const model = factorModel(engine, user, item)
  return {
    ...model,
    scores: (users, items, k) => tf.tensor2d(model.scoresOf(users, items, k), [users.length, k]),
    pullScores: (users, items, k, grad) => engine.pullScores(user, item, { users, items, k }, grad),
    pullRows: (of, ids, grad) => engine.pullRows(of === 'users' ? user : item, ids, grad),
    backgroundOf(users, items, k, exclude, clamp) {
      const out = new Float32Array(users.length)
      engine.backgroundLogSumExp(user, item, { users, items, k }, exclude, clamp, out)
      return out
    },
    pullBackground: (users, items, k, exclude, clamp, grad, background) =>
      engine.pullBackground(user, item, { users, items, k }, exclude, clamp, grad, background),
    fused: (loss, input, scale) => fusedOnTables(engine, user, item, loss, input, scale),
  } satisfies Partial<Omit<Backbone, 'flipped'>>
}
