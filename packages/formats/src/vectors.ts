import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { InputError } from '@recdistill/core'
import { columnOf, listed } from './column.ts'
import { dimensions } from './dimensions.ts'
import { eachChunk, identifier } from './database.ts'
import { tableWork, withTable, type TableSource } from './open-table.ts'

/** A vector for each id, in the order of the file. */
export interface Vectors {
  readonly ids: readonly string[]
  readonly dim: number
  readonly data: Float32Array // [ids, dim]
}

/**
 * A table of vectors, Parquet or CSV: a column of ids beside one column of lists, or beside one column a dimension.
 * @param options.id, options.vector Names of the columns, where they are not the usual ones.
 * @throws InputError when ids are missing or twice there, or vectors are missing, of different lengths, or not finite.
 */
export async function readVectors(
  path: string,
  { id, vector }: { id?: string; vector?: string } = {},
): Promise<Vectors> {
  return withTable(path, async (connection, table) => {
    const idColumn = columnOf(path, table, 'id', id) ?? onlyText(path, table)
    const lists = listColumn(path, table, vector)
    return tableWork(path, async () => {
      const ids = await readIds(connection, path, table, idColumn)
      const { dim, sql } =
        lists === null
          ? await dimensions(connection, path, table, idColumn)
          : await elements(connection, path, table, lists, idColumn)
      const data = new Float32Array(ids.length * dim)
      let done = 0
      const take = (chunk: DuckDBDataChunk) => {
        const columns = Array.from({ length: chunk.columnCount }, (_, c) => chunk.getColumnVector(c))
        for (let n = 0; n < chunk.rowCount; n++)
          for (const column of columns) {
            const value = column.getItem(n) as number | null
            if (value === null || value - value !== 0)
              throw new InputError(
                `${path}: the vector of "${ids[Math.floor(done / dim)]}" has ${value ?? 'no value'} at place ${done % dim} (from 0); expected finite numbers`,
              )
            data[done++] = value
          }
      }
      await eachChunk(connection, sql, take)
      return { ids, dim, data }
    })
  })
}

function onlyText(path: string, { columns }: TableSource): string {
  const texts = columns.filter(({ type }) => type === 'VARCHAR')
  if (texts.length === 1) return texts[0].name
  throw new InputError(
    `${path}: cannot tell which column holds the ids in ${listed(columns.map(({ name }) => name))}; name it (id; on the command line --set teacherFrom.columns.id=NAME)`,
  )
}

function listColumn(path: string, table: TableSource, asked: string | undefined): string | null {
  const isList = (name: string | null) =>
    table.columns.some((column) => column.name === name && /\[\d*\]$/.test(column.type))
  const known = columnOf(path, table, 'vector', asked)
  if (asked !== undefined && !isList(known))
    throw new InputError(`${path}: column "${asked}" holds no lists of numbers`)
  if (isList(known)) return known
  const lists = table.columns.filter(({ name }) => isList(name))
  if (lists.length > 1)
    throw new InputError(
      `${path}: ${listed(lists.map(({ name }) => name))} all hold lists; name the one of the vectors (vector)`,
    )
  return lists.length === 1 ? lists[0].name : null
}

async function readIds(
  connection: DuckDBConnection,
  path: string,
  { sql }: TableSource,
  column: string,
): Promise<string[]> {
  const ids: string[] = []
  const seen = new Set<string>()
  const take = (chunk: DuckDBDataChunk) => {
    for (const value of chunk.getColumnValues(0)) {
      if (value === null || value === '')
        throw new InputError(
          `${path}: row ${ids.length} (from 0) has no id in "${column}"; every row needs one`,
        )
      const id = String(value)
      if (seen.has(id)) throw new InputError(`${path}: id "${id}" stands there twice; keep one of its rows`)
      seen.add(id)
      ids.push(id)
    }
  }
  await eachChunk(
    connection,
    `SELECT CAST(${identifier(column)} AS VARCHAR) FROM ${sql} ORDER BY "recdistill row"`,
    take,
  )
  if (ids.length === 0) throw new InputError(`${path}: holds no rows; expected one a vector`)
  return ids
}

async function elements(
  connection: DuckDBConnection,
  path: string,
  { sql }: TableSource,
  column: string,
  id: string,
) {
  const name = identifier(column)
  const lengths = await connection.runAndReadAll(
    `SELECT coalesce(len(${name}), 0), any_value(CAST(${identifier(id)} AS VARCHAR)), count(*) FROM ${sql} GROUP BY 1 ORDER BY 3 DESC, 1`,
  )
  const [[dim], other] = lengths.getRows()
  if (other !== undefined)
    throw new InputError(
      `${path}: "${column}" has ${other[0]} numbers for id "${String(other[1])}" but ${dim} for others; all need the same`,
    )
  if (Number(dim) === 0) throw new InputError(`${path}: the lists in "${column}" are empty; expected vectors`)
  return {
    dim: Number(dim),
    sql: `SELECT unnest(CAST(vector AS FLOAT[])) FROM (SELECT ${name} AS vector FROM ${sql} ORDER BY "recdistill row")`,
  }
}
