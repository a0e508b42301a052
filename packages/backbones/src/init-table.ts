import type { Rng } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'

/** Fills a table from N(0, deviation^2), each row from its own substream: adding rows changes no other row. */
export function initTable(engine: Engine, table: Table, deviation: number, rng: Rng): void {
  fill(engine, table, rng, (stream) => deviation * stream.normal())
}

/** The same from the uniform law over [-bound, bound). */
export function initUniform(engine: Engine, table: Table, bound: number, rng: Rng): void {
  fill(engine, table, rng, (stream) => bound * (2 * stream.float() - 1))
}

function fill(engine: Engine, table: Table, rng: Rng, draw: (stream: Rng) => number): void {
  const stream = rng.fork('init').fork(table.name)
  const values = new Float32Array(table.rows * table.dim)
  for (let row = 0; row < table.rows; row++) {
    stream.at(row)
    const start = row * table.dim
    for (let d = 0; d < table.dim; d++) values[start + d] = draw(stream)
  }
  engine.write(table, values)
}
