import type { Rng } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'

/** Fills a table from N(0, deviation^2), each row from its own substream: adding rows changes no other row. */
export function initTable(engine: Engine, table: Table, deviation: number, rng: Rng): void {
  const stream = rng.fork('init').fork(table.name)
  const values = new Float32Array(table.rows * table.dim)
  for (let row = 0; row < table.rows; row++) {
    stream.at(row)
    const start = row * table.dim
    for (let d = 0; d < table.dim; d++) values[start + d] = deviation * stream.normal()
  }
  engine.write(table, values)
}
