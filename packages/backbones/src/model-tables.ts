import type { Engine, Table } from '@recdistill/engine'
import type { Model } from '@recdistill/plugin'

/** The two tables whose rows' dot products are all there is to a model's scores. */
export interface ModelTables {
  readonly engine: Engine
  readonly user: Table
  readonly item: Table
}

const known = new WeakMap<Model, ModelTables>()

/** Notes it of this very object: a model made out of its views, such as one with biases, scores otherwise. */
export function noteTables(model: Model, tables: ModelTables): void {
  known.set(model, tables)
}

/** The tables of a model, where it stands in tables of this engine; null elsewhere. */
export function tablesOf(model: Model, engine: Engine): ModelTables | null {
  const tables = known.get(model)
  return tables?.engine === engine ? tables : null
}
