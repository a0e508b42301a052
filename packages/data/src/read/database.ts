import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'

/** A private DuckDB, gone after `work`: it spills to a temporary folder rather than grow without bound. */
export async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-'))
  const megabytes = Math.max(512, Math.round(totalmem() / 4 / 2 ** 20))
  const instance = await DuckDBInstance.create(':memory:', {
    temp_directory: folder,
    memory_limit: `${megabytes}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  try {
    const connection = await instance.connect()
    try {
      await connection.run(`SET TimeZone = 'UTC'`)
      return await work(new Database(connection))
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}

export class Database {
  readonly #connection: DuckDBConnection

  constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql)
  }

  async rows(sql: string): Promise<unknown[][]> {
    return (await this.#connection.runAndReadAll(sql)).getRows()
  }

  /** The first value of the first row as a number. */
  async number(sql: string): Promise<number> {
    return Number((await this.rows(sql))[0]?.[0])
  }

  /** Rows of a column-wise read, chunk by chunk, so that no result is held twice. */
  async columns(sql: string, outs: readonly (Uint32Array | Float64Array | Float32Array | Uint8Array)[]) {
    const result = await this.#connection.stream(sql)
    for (let done = 0; ;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return
      for (let c = 0; c < outs.length; c++) {
        const vector = chunk.getColumnVector(c)
        const out = outs[c]
        for (let n = 0; n < chunk.rowCount; n++) out[done + n] = vector.getItem(n) as number
      }
      done += chunk.rowCount
    }
  }

  async strings(sql: string): Promise<string[]> {
    const result = await this.#connection.stream(sql)
    const out: string[] = []
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return out
      for (const value of chunk.getColumnValues(0)) out.push(String(value))
    }
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
