import type { Engine, Table } from '@recdistill/engine'
import { normaliseRows, pullNormalised } from './normalise-rows.ts'

/** The rows of a table at length 1, as a table of their own. */
export interface UnitRows {
  readonly table: Table
  /** After the other table has changed. */
  refresh(): void
  /** Brings gradients back to the other table. */
  settle(): void
  free(): void
}

export function unitRows(engine: Engine, source: Table): UnitRows {
  const { rows, dim, trainable } = source
  const table = engine.table(`unit ${source.name}`, rows, dim, { trainable })
  const all = Uint32Array.from({ length: rows }, (_, row) => row)
  const values = new Float32Array(rows * dim)
  const grad = new Float32Array(trainable ? rows * dim : 0)
  let lengths: Float32Array = new Float32Array(rows).fill(1)
  return {
    table,
    refresh() {
      values.set(engine.read(source))
      lengths = normaliseRows(values, dim)
      engine.write(table, values)
    },
    settle() {
      engine.takeGradient(table, grad)
      pullNormalised(grad, values, lengths, dim)
      engine.pullRows(source, all, grad)
    },
    free: () => engine.free(table),
  }
}
