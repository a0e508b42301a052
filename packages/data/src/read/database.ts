import type { DuckDBConnection } from '@duckdb/node-api'
import { eachChunk } from '@recdistill/formats/database'

/** What reading and filtering ask of a connection. */
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
    let done = 0
    await eachChunk(this.#connection, sql, (chunk) => {
      for (let c = 0; c < outs.length; c++) {
        const vector = chunk.getColumnVector(c)
        const out = outs[c]
        for (let n = 0; n < chunk.rowCount; n++) out[done + n] = vector.getItem(n) as number
      }
      done += chunk.rowCount
    })
  }

  async strings(sql: string): Promise<string[]> {
    const out: string[] = []
    await eachChunk(this.#connection, sql, (chunk) => {
      for (const value of chunk.getColumnValues(0)) out.push(String(value))
    })
    return out
  }
}
