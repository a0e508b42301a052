import { existsSync } from 'node:fs'
import { InputError, type Split } from '@recdistill/core'
import { identifier, literal, withDatabase } from '@recdistill/formats/database'

/**
 * Lists by user from a file of rows `user, item` and `rank` (1 is best) or `score`; without either the order of rows counts.
 * @throws InputError when the file, a column or a value is not as it should be.
 */
export async function readRankings(
  path: string,
  { ids }: Pick<Split, 'ids'>,
): Promise<Map<string | number, (string | number)[]>> {
  if (!existsSync(path)) throw new InputError(`--rankings: ${path}: no such file; check the path`)
  try {
    const lists = await withDatabase(async (connection) => {
      const file = literal(path)
      const from = /\.(parquet|pq)$/i.test(path)
        ? `read_parquet(${file})`
        : `read_csv(${file}, header = true, all_varchar = true)`
      const columns = (await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`))
        .getRows()
        .map(([name]) => String(name))
      const column = (role: string) => columns.find((name) => name.toLowerCase() === role)
      for (const role of ['user', 'item'])
        if (column(role) === undefined)
          throw new InputError(
            `--rankings: ${path}: expected a column "${role}", it has ${columns.join(', ')}`,
          )
      const by = column('rank') ?? column('score')
      const order = by === undefined ? '' : `, TRY_CAST(${identifier(by)} AS DOUBLE) AS place`
      const reader = await connection.runAndReadAll(
        `SELECT CAST(${identifier(column('user')!)} AS VARCHAR), CAST(${identifier(column('item')!)} AS VARCHAR)${order} FROM ${from}`,
      )
      const lists = gather(path, reader.getRows() as Row[], by)
      if (column('rank') !== undefined) sortLists(lists, 1)
      else if (by !== undefined) sortLists(lists, -1)
      return lists
    })
    return new Map(
      [...lists].map(([user, entries]) => [idOf(user, ids), entries.map(({ item }) => idOf(item, ids))]),
    )
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(
      `--rankings: ${path}: cannot be read as a table: ${String((error as Error).message).split('\n')[0]}`,
    )
  }
}

type Row = [user: string | null, item: string | null, place?: number | null]
type Lists = Map<string, { item: string; place: number }[]>

function gather(path: string, rows: readonly Row[], by: string | undefined): Lists {
  const lists: Lists = new Map()
  for (const [index, [user, item, place = 0]] of rows.entries()) {
    if (user === null || item === null || place === null || Number.isNaN(place)) {
      const what = user === null ? 'user' : item === null ? 'item' : by
      throw new InputError(`--rankings: ${path}: row ${index + 1} has no usable ${what}; mend or drop it`)
    }
    const list = lists.get(user)
    if (list === undefined) lists.set(user, [{ item, place }])
    else list.push({ item, place })
  }
  if (lists.size === 0) throw new InputError(`--rankings: ${path}: holds no rows; expected user, item, rank`)
  return lists
}

/** Stable, so equal places keep the order of the file. */
function sortLists(lists: Lists, sign: 1 | -1): void {
  for (const list of lists.values()) list.sort((a, b) => sign * (a.place - b.place))
}

/** Spelled ids are looked up by the metrics; dense ones are numbers already. */
function idOf(text: string, ids: Split['ids']): string | number {
  if (ids !== null) return text
  const id = Number(text)
  if (text.trim() === '' || !Number.isInteger(id))
    throw new InputError(`--rankings: ids of this data set are whole numbers from 0, got "${text}"`)
  return id
}
