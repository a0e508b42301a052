import type { DuckDBDataChunk } from '@duckdb/node-api'
import { InputError, type Csr } from '@recdistill/core'
import { columnOf, listed } from './column.ts'
import { eachChunk, identifier } from './database.ts'
import { tableWork, withTable } from './open-table.ts'

/** The best items of users with their scores, as a model elsewhere found them. */
export interface ScoredLists {
  /** Ids as the file spells them, in the order they first stand there. */
  readonly users: readonly string[]
  readonly items: readonly string[]
  /** Places in `items`, row by row of `users`; best first, equal scores in the order of the file. */
  readonly lists: Csr
  /** Of the same places as `lists.items`. */
  readonly scores: Float32Array
}

/**
 * A table of user, item and score, Parquet or CSV, in any order of rows.
 * @param options.user, options.item, options.score Names of the columns, where they are not the usual ones.
 * @throws InputError when a column, id or score is missing, a score is not finite, or an item stands twice in a list.
 */
export async function readScoredLists(
  path: string,
  asked: { user?: string; item?: string; score?: string } = {},
): Promise<ScoredLists> {
  return withTable(path, async (connection, table) => {
    const column = (part: 'user' | 'item' | 'score') => {
      const name = columnOf(path, table, part, asked[part])
      if (name !== null) return identifier(name)
      throw new InputError(
        `${path}: cannot tell which column is the ${part} in ${listed(table.columns.map((each) => each.name))}; name it (${part}; on the command line --set teacherFrom.columns.${part}=NAME)`,
      )
    }
    const [user, item, score] = [column('user'), column('item'), column('score')]
    return tableWork(path, async () => {
      await connection.run(
        `CREATE TABLE rows AS SELECT "recdistill row" AS n, CAST(${user} AS VARCHAR) AS u, CAST(${item} AS VARCHAR) AS i, ${table.single(score)} AS s, CAST(${score} AS VARCHAR) AS text FROM ${table.sql}`,
      )
      const first = async (sql: string) => (await connection.runAndReadAll(sql)).getRows().at(0)
      const bad = await first(
        `SELECT n, u, i, text FROM rows WHERE u IS NULL OR i IS NULL OR u = '' OR i = '' OR s IS NULL OR NOT isfinite(s) ORDER BY n LIMIT 1`,
      )
      if (bad) {
        const [n, u, i, text] = bad.map((value) => (value === null || value === '' ? null : String(value)))
        const what = u === null ? 'no user' : i === null ? 'no item' : `${text ?? 'no value'} as its score`
        const advice = /^[+-]?\d*,\d+$/.test(text ?? '') ? ', written with a point, 0.5 for 0,5' : ''
        throw new InputError(
          `${path}: row ${n} has ${what}; expected user, item and a finite number${advice}`,
        )
      }
      const twice = await first(
        `SELECT u, i FROM rows GROUP BY u, i HAVING count(*) > 1 ORDER BY min(n) LIMIT 1`,
      )
      if (twice)
        throw new InputError(
          `${path}: item "${String(twice[1])}" stands twice in the list of user "${String(twice[0])}"; keep one of the two`,
        )
      const ids = async (name: 'u' | 'i') => {
        await connection.run(
          `CREATE TABLE ${name}_ids AS SELECT raw, CAST(row_number() OVER (ORDER BY first) - 1 AS UINTEGER) AS id FROM (SELECT ${name} AS raw, min(n) AS first FROM rows GROUP BY 1)`,
        )
        const out: string[] = []
        await eachChunk(connection, `SELECT raw FROM ${name}_ids ORDER BY id`, (chunk) => {
          for (const value of chunk.getColumnValues(0)) out.push(String(value))
        })
        return out
      }
      const users = await ids('u')
      const items = await ids('i')
      if (users.length === 0) throw new InputError(`${path}: holds no rows; expected user, item and score`)
      const count = Number((await first('SELECT count(*) FROM rows'))?.[0])
      const offsets = new Uint32Array(users.length + 1)
      const listItems = new Uint32Array(count)
      const scores = new Float32Array(count)
      let n = 0
      const take = (chunk: DuckDBDataChunk) => {
        const [u, i, s] = [0, 1, 2].map((c) => chunk.getColumnVector(c))
        for (let row = 0; row < chunk.rowCount; row++, n++) {
          offsets[(u.getItem(row) as number) + 1]++
          listItems[n] = i.getItem(row) as number
          scores[n] = s.getItem(row) as number
        }
      }
      await eachChunk(
        connection,
        `SELECT u_ids.id, i_ids.id, s FROM rows JOIN u_ids ON u = u_ids.raw JOIN i_ids ON i = i_ids.raw ORDER BY u_ids.id, s DESC, n`,
        take,
      )
      for (let row = 0; row < users.length; row++) offsets[row + 1] += offsets[row]
      return { users, items, lists: { offsets, items: listItems }, scores }
    })
  })
}
