import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api'
import { asInputError, putInPlace } from '@recdistill/core/files'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { totalmem } from 'node:os'
import { dirname } from 'node:path'
import { temporaryAt, temporaryFolder } from './temporary-at.ts'

export { itemColumns, userColumns } from './column-names.ts'
export { commaNumber, decimalComma } from './decimal-comma.ts'
export { temporaryAt, temporaryFolder, type TemporaryFolder } from './temporary-at.ts'
export { isLostInLines, uniformLines, withUniformLines, type TextFile } from './uniform-lines.ts'

/**
 * A private DuckDB, gone after `work`: it spills to a temporary folder rather than grow without bound; times are UTC. It is loaded
 * when it is first asked for, since that takes longer than most programs that import this file.
 */
export async function withDatabase<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const duckdb = await import('@duckdb/node-api')
  const { folder, remove } = temporaryFolder()
  let instance: DuckDBInstance | null = null
  let connection: DuckDBConnection | null = null
  try {
    instance = await duckdb.DuckDBInstance.create(':memory:', {
      temp_directory: folder,
      memory_limit: `${Math.max(512, Math.round(totalmem() / 4 / 2 ** 20))}MB`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
    connection = await instance.connect()
    await connection.run(`SET TimeZone = 'UTC'`)
    return await work(connection)
  } finally {
    connection?.closeSync()
    instance?.closeSync()
    remove()
  }
}

/**
 * A Parquet file of the table `rows` that `fill` makes, compressed with Zstandard. Appears whole or not at all.
 * @throws InputError when it cannot be written.
 */
export async function writeRows(
  path: string,
  fill: (connection: DuckDBConnection) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  const remove = temporaryAt(temporary)
  try {
    mkdirSync(dirname(path), { recursive: true })
    closeSync(openSync(temporary, 'w')) // the database says in words of its own why it cannot
  } catch (error) {
    remove()
    throw asInputError('write', path, error)
  }
  try {
    await withDatabase(async (connection) => {
      await fill(connection)
      await connection.run(`COPY rows TO ${literal(temporary)} (FORMAT parquet, COMPRESSION zstd)`)
    })
    putInPlace(temporary, path)
  } catch (error) {
    const full = /No space left|disk/i.test(String(error))
    throw asInputError('write', path, full ? Object.assign(new Error(), { code: 'ENOSPC' }) : error)
  } finally {
    remove()
  }
}

/** Calls `take` with every chunk of rows, in order, so that no result is held twice. */
export async function eachChunk(
  connection: DuckDBConnection,
  sql: string,
  take: (chunk: DuckDBDataChunk) => void,
): Promise<void> {
  const result = await connection.stream(sql)
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return
    take(chunk)
  }
}

/** A name as SQL writes it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The path of one file as a reader of DuckDB takes it: what it would read as a pattern stands for itself. */
export function fileLiteral(path: string): string {
  return literal(path.replace(/[*?[]/g, '[$&]'))
}

/** A text as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
