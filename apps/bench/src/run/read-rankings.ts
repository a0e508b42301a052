import { statSync } from 'node:fs'
import { InputError, type Split } from '@recdistill/core'
import {
  commaNumber,
  decimalComma,
  identifier,
  fileLiteral,
  withDatabase,
  withUniformLines,
} from '@recdistill/formats/database'
import { hasNames, rankingRoles, rolesInWords, type RankingColumns } from './ranking-columns.ts'

/**
 * Lists by user from a file of rows `user, item` and `rank` (1 is best) or `score`; without either the order of rows counts.
 * @param options.columns Which column is what, where names do not say it.
 * @param options.say Hears in one line what was understood, where the names of the columns are not the usual ones.
 * @throws InputError when the file, a column or a value is not as it should be.
 */
export async function readRankings(
  path: string,
  { ids }: Pick<Split, 'ids'>,
  { columns: asked = {}, say = () => {} }: { columns?: RankingColumns; say?: (text: string) => void } = {},
): Promise<Map<string | number, (string | number)[]>> {
  expectContent(path)
  try {
    const gzip = /\.gz$/i.test(path)
    const lists = await withUniformLines({ path, gzip, wide: false }, (file) =>
      withDatabase(async (connection) => {
        const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
        const from = await tableOf(file.path, asked, rows)
        const columns = (await rows(`DESCRIBE SELECT * FROM ${from}`)).map(([name]) => String(name))
        const roles = rankingRoles(path, columns, asked)
        const words = rolesInWords(path, columns, roles)
        if (words !== null) say(words)
        const { user, item, by } = roles
        const text = (name: string) => `CAST(${identifier(name)} AS VARCHAR)`
        const order =
          by === null ? '' : `, ${await numberOf(path, text(by.column), { from, rows, say })} AS place`
        const all = (await rows(`SELECT ${text(user)}, ${text(item)}${order} FROM ${from}`)) as Row[]
        const lists = gather(path, all, by?.column)
        if (by !== null) sortLists(lists, by.best === 'least' ? 1 : -1)
        return lists
      }),
    )
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

function expectContent(path: string): void {
  const file = statSync(path, { throwIfNoEntry: false })
  const say = (what: string) => new InputError(`--rankings: ${path}: ${what}`)
  if (file === undefined) throw say('no such file; check the path')
  if (file.isDirectory()) throw say('is a folder; name the file in it')
  if (file.isFile() && file.size === 0) throw say('the file is empty; expected user, item and rank or score')
}

/** The file as SQL names it; every column of a text file is text. */
async function tableOf(path: string, asked: RankingColumns, rows: Sql): Promise<string> {
  if (/\.(parquet|pq)$/i.test(path)) return `read_parquet(${fileLiteral(path)})`
  const csv = (header: boolean) => `read_csv(${fileLiteral(path)}, header = ${header}, all_varchar = true)`
  const [first = []] = await rows(`SELECT * FROM ${csv(false)} LIMIT 1`)
  return csv(hasNames(first as (string | null)[], asked))
}

/** Ranks or scores as numbers; where all of them have a decimal comma they are read so, which is said. */
async function numberOf(
  path: string,
  text: string,
  { from, rows, say }: { from: string; rows: Sql; say: (text: string) => void },
): Promise<string> {
  if ((await decimalComma(rows, { table: from, text })) !== 'yes') return `TRY_CAST(${text} AS DOUBLE)`
  say(`${path}: numbers are written with a decimal comma and read so, 4,5 as 4.5`)
  return commaNumber(text)
}

type Sql = (sql: string) => Promise<unknown[][]>
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
