import type { Engine, ListRows, Table } from '@recdistill/engine'
import type { FusedInput, FusedLoss } from '@recdistill/plugin'
import { tablesOf } from './model-tables.ts'

/**
 * Sends a built-in loss to the engine's kernel for factor models. Returns the loss summed over rows, unscaled; null when there
 * is no kernel for it.
 */
export function fusedOnTables(
  engine: Engine,
  user: Table,
  item: Table,
  loss: FusedLoss,
  { users, weights, lists, values, teacher: model }: FusedInput,
  scale: number,
): number | null {
  const rows = (name: string): ListRows => ({ users, items: lists[name].items, k: lists[name].k })
  const teacher = (name: string): Float32Array => lists[name].teacher as Float32Array
  switch (loss.kind) {
    case 'softCrossEntropy':
      return engine.softCrossEntropy(
        user,
        item,
        rows(loss.list),
        weights,
        teacher(loss.list),
        loss.temperature,
        scale,
      )
    case 'binaryCrossEntropy':
      return engine.binaryCrossEntropy(
        user,
        item,
        rows(loss.list),
        weights,
        teacher(loss.list),
        loss.temperature,
        loss.shift,
        scale,
      )
    case 'catalogueCrossEntropy': {
      const tables = model ? tablesOf(model, engine) : null
      if (!tables || !engine.catalogueCrossEntropy) return null
      const { temperature } = loss
      return engine.catalogueCrossEntropy(
        user,
        item,
        tables.user,
        tables.item,
        users,
        weights,
        temperature,
        scale,
      )
    }
    case 'relaxedRanking':
      return engine.relaxedRanking(
        user,
        item,
        rows(loss.listed),
        rows(loss.background),
        weights,
        loss.scoreCap,
        scale,
      )
    case 'rceKd':
      return engine.rceKd(
        user,
        item,
        rows(loss.top),
        teacher(loss.top),
        rows(loss.approximate),
        teacher(loss.approximate),
        values[loss.gamma].data,
        weights,
        loss.temperature,
        scale,
      )
  }
}
