import type * as DuckDB from '@duckdb/node-api'
import { identifier, writeRows } from './database.ts'

/** A column of texts, of numbers, or of vectors of `dim` numbers. */
export type Column =
  readonly string[] | Uint32Array | Float32Array | { readonly data: Float32Array; readonly dim: number }

const rowsAtOnce = 2048 // what DuckDB keeps together

/** A Parquet file, compressed with Zstandard. Appears whole or not at all. @throws RangeError when columns differ in length, or hold what no column does. */
export async function writeParquet(path: string, columns: Readonly<Record<string, Column>>): Promise<void> {
  const all = Object.values(columns)
  if (all.length === 0) throw new RangeError('writeParquet: expected one column or more, got none')
  for (const [name, column] of Object.entries(columns)) expectColumn(name, column)
  const rows = lengthOf(all[0])
  if (all.some((column) => lengthOf(column) !== rows))
    throw new RangeError(`writeParquet: columns of ${all.map(lengthOf).join(', ')} rows`)
  await writeRows(path, async (connection) => {
    const duckdb = await import('@duckdb/node-api')
    const types = all.map((column) => typeOf(column, duckdb))
    const names = Object.keys(columns).map((name, c) => `${identifier(name)} ${types[c].toString()}`)
    await connection.run(`CREATE TABLE rows (${names.join(', ')})`)
    const appender = await connection.createAppender('rows')
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const to = Math.min(rows, from + rowsAtOnce)
      const chunk = duckdb.DuckDBDataChunk.create(types)
      chunk.setColumns(all.map((column) => valuesOf(column, { from, to, duckdb })))
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
  })
}

function expectColumn(name: string, column: Column): void {
  const isTable = 'dim' in column && column.dim > 0 && Number.isInteger(column.data.length / column.dim)
  const isPlain =
    column instanceof Uint32Array ||
    column instanceof Float32Array ||
    (Array.isArray(column) && column.every((value) => typeof value === 'string'))
  if (!isTable && !isPlain)
    throw new RangeError(
      `writeParquet: column "${name}": expected strings, a Uint32Array, a Float32Array, or { data, dim } with whole vectors`,
    )
}

function lengthOf(column: Column): number {
  return 'dim' in column ? column.data.length / column.dim : column.length
}

function typeOf(column: Column, { LIST, FLOAT, UINTEGER, VARCHAR }: typeof DuckDB) {
  if ('dim' in column) return LIST(FLOAT)
  if (column instanceof Float32Array) return FLOAT
  return column instanceof Uint32Array ? UINTEGER : VARCHAR
}

function valuesOf(
  column: Column,
  { from, to, duckdb }: { from: number; to: number; duckdb: typeof DuckDB },
): readonly DuckDB.DuckDBValue[] {
  if (!('dim' in column)) return Array.from<DuckDB.DuckDBValue>(column.slice(from, to))
  const { data, dim } = column
  return Array.from({ length: to - from }, (_, n) =>
    duckdb.listValue(Array.from(data.subarray((from + n) * dim, (from + n + 1) * dim))),
  )
}
