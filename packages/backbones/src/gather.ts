import type { Engine, Table } from '@recdistill/engine'

/** Rows of a table in an array of the caller's own. [ids, dim] */
export function gather(engine: Engine, table: Table, ids: Uint32Array): Float32Array {
  const out = new Float32Array(ids.length * table.dim)
  engine.gatherRows(table, ids, out)
  return out
}
