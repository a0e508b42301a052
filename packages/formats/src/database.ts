import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'

export { commaNumber, decimalComma } from './decimal-comma.ts'
export { isLostInLines, uniformLines, withUniformLines, type TextFile } from './uniform-lines.ts'

/**
 * A private DuckDB, gone after `work`: it spills to a temporary folder rather than grow without bound; times are UTC. It is loaded
 * when it is first asked for, since that takes longer than most programs that import this file.
 */
export async function withDatabase<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-'))
  const instance = await DuckDBInstance.create(':memory:', {
    temp_directory: folder,
    memory_limit: `${Math.max(512, Math.round(totalmem() / 4 / 2 ** 20))}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  try {
    const connection = await instance.connect()
    try {
      await connection.run(`SET TimeZone = 'UTC'`)
      return await work(connection)
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
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

/** A text as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
