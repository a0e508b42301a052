import type { DuckDBConnection } from '@duckdb/node-api'
import { InputError } from '@recdistill/core'
import { commaNumber, identifier } from './database.ts'
import type { TableSource } from './open-table.ts'

const numeric = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL.*)$/

/** What a column without a name is called in SQL, and what pandas calls one that it wrote without a name. */
const unnamed = /^(column0|unnamed: 0)$/i

/**
 * The columns that are one dimension each: all of numbers beside the ids.
 * @throws InputError when there are none, or a column is probably meant to be one and is not, or the other way round.
 */
export async function dimensions(
  connection: DuckDBConnection,
  path: string,
  { sql, columns, single }: TableSource,
  id: string,
): Promise<{ dim: number; sql: string }> {
  const others = columns.filter(({ name }) => name !== id)
  const wanted = others.filter(({ type }) => numeric.test(type))
  if (wanted.length === 0)
    throw new InputError(
      `${path}: no column holds lists of numbers, and beside "${id}" none holds numbers; expected a vector for each id`,
    )
  const first = async (query: string) => (await connection.runAndReadAll(query)).getRows().at(0)
  for (const { name } of wanted.filter((column) => unnamed.test(column.name))) {
    const counts = `bool_and(TRY_CAST(${identifier(name)} AS DOUBLE) = "recdistill row" - 1)`
    if ((await first(`SELECT ${counts} FROM ${sql}`))?.[0] === true)
      throw new InputError(
        `${path}: column "${name}" numbers the rows and would be a dimension; write the file without it (pandas: index=False)`,
      )
  }
  // one cell that is no number makes a column one of text, and a vector without one of its numbers is another vector
  for (const { name } of others.filter(({ type }) => type === 'VARCHAR')) {
    const column = identifier(name)
    const isNumber = `TRY_CAST(${column} AS DOUBLE) IS NOT NULL`
    const meant = `count(*) FILTER (${isNumber} OR ${commaNumber(column)} IS NOT NULL) > count(*) / 2`
    if ((await first(`SELECT ${meant} FROM ${sql}`))?.[0] !== true) continue
    const odd = await first(
      `SELECT "recdistill row", ${column} FROM ${sql} WHERE NOT ${isNumber} ORDER BY 1 LIMIT 1`,
    )
    throw new InputError(
      `${path}: column "${name}" is one of numbers but for row ${odd?.[0]}, which has ${odd?.[1] ? `"${String(odd[1])}"` : 'no value'}; write a plain number there, or leave the column out`,
    )
  }
  const values = wanted.map(({ name }) => single(identifier(name))).join(', ')
  return { dim: wanted.length, sql: `SELECT ${values} FROM ${sql} ORDER BY "recdistill row"` }
}
