import type { DuckDBConnection } from '@duckdb/node-api'
import { InputError } from '@recdistill/core'
import { asInputError } from '@recdistill/core/files'
import { accessSync, constants, statSync } from 'node:fs'
import { fileLiteral, literal, withDatabase } from './database.ts'
import { withUniformLines } from './uniform-lines.ts'

/** A table file as SQL names it, with the names and types of its columns. */
export interface TableSource {
  readonly sql: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** SQL of a column, named as SQL does, in single precision; NULL where it holds no number. */
  single(column: string): string
}

/**
 * Does `work` with a table file, in a database of its own; once more with a copy where its lines end in two ways.
 * @throws InputError when the file is absent, no table, or has no rows.
 */
export async function withTable<T>(
  path: string,
  work: (connection: DuckDBConnection, table: TableSource) => Promise<T>,
): Promise<T> {
  expectFile(path)
  return withUniformLines({ path, gzip: /\.gz$/i.test(path), wide: false }, (file) =>
    withDatabase(async (connection) => work(connection, await openTable(connection, path, file.path))),
  )
}

/** @param at Where it is read, which may be a copy: errors name `path`. */
async function openTable(connection: DuckDBConnection, path: string, at: string): Promise<TableSource> {
  const delimiter = isParquet(path) ? '' : await delimiterOf(connection, path, at)
  const csv = `${fileLiteral(at)}, delim = ${literal(delimiter)}, header = true, nullstr = ''`
  // what looks like a number may be an id, whose spelling counts: types say what to take for what, and nothing is read by them
  const [typed, from] = isParquet(path)
    ? [`read_parquet(${fileLiteral(at)})`, `read_parquet(${fileLiteral(at)})`]
    : [`read_csv(${csv})`, `read_csv(${csv}, all_varchar = true)`]
  // the order of rows in the file is the last word where scores are equal
  const sql = `(SELECT row_number() OVER () AS "recdistill row", * FROM ${from})`
  const described = await tableWork(path, () => connection.runAndReadAll(`DESCRIBE SELECT * FROM ${typed}`))
  const columns = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
  const single = (column: string) =>
    isParquet(path) ? `TRY_CAST(${column} AS FLOAT)` : `TRY_CAST(TRY_CAST(${column} AS DOUBLE) AS FLOAT)`
  return { sql, columns, single }
}

/** What DuckDB says of a damaged file, in one line. */
export async function tableWork<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (
      error instanceof InputError ||
      /^(INTERNAL|Parser|Binder|Catalog)/.test(String((error as Error).message))
    )
      throw error
    const [first] = String((error as Error).message).split('\n')
    const kind = isParquet(path) ? 'a sound Parquet file' : 'a table in CSV with a header line'
    throw new InputError(`${path}: not ${kind} (${first}); write it again`, { cause: error })
  }
}

/** Of the first line; a sniffer that also looks at rows takes a row with a field too few for another delimiter. */
async function delimiterOf(connection: DuckDBConnection, path: string, at: string): Promise<string> {
  // by the database, which unpacks as well; no text holds a character 1
  const lines = `read_csv(${fileLiteral(at)}, delim = chr(1), quote = '', escape = '', header = false, auto_detect = false, columns = {'line': 'VARCHAR'})`
  const first = await tableWork(path, () => connection.runAndReadAll(`SELECT line FROM ${lines} LIMIT 1`))
  const header = String(first.getRows()[0]?.[0] ?? '')
  const count = (delimiter: string) => header.split(delimiter).length
  return [',', '\t', ';', '|'].reduce((best, each) => (count(each) > count(best) ? each : best))
}

function isParquet(path: string): boolean {
  return /\.(parquet|pq)$/i.test(path)
}

function expectFile(path: string): void {
  try {
    if (statSync(path).isDirectory()) throw new InputError(`${path}: is a folder; name the file in it`)
    accessSync(path, constants.R_OK)
  } catch (error) {
    throw asInputError('read', path, error)
  }
}
