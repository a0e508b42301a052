import { InputError } from '@recdistill/core'
import { fileLiteral, identifier, literal } from '@recdistill/formats/database'
import { assignRoles, expectPlain, findColumn, type Roles } from './column-roles.ts'
import type { Database } from './database.ts'
import type { ReadOptions } from './options.ts'
import type { ReadPlan } from './sniff.ts'
import type { SourceFile } from './source-file.ts'

/** SQL that yields u, i, r, t, w0, w1, ... as text (NULL where the source has no such column), in the order of the file. */
export interface Relation {
  readonly sql: string
  /** Null where columns have no names. */
  readonly roles: Roles | null
  readonly hasRating: boolean
  readonly hasTime: boolean
}

/** @param chosenBy Columns that rows are chosen by. */
export async function relationOf(
  database: Database,
  source: SourceFile,
  plan: ReadPlan,
  options: ReadOptions,
  chosenBy: readonly string[],
): Promise<Relation> {
  const select = (tableOf: (wanted: readonly string[]) => string, roles: Roles) =>
    selection(
      tableOf,
      roles,
      chosenBy.map((name) => findColumn(source.file, roles, name)),
    )
  if (chosenBy.length > 0 && (plan.format === 'adjacency' || plan.format === 'citeulike'))
    throw new InputError(
      `${source.file}: has no column "${chosenBy[0]}" to choose rows by (--where), its lines are lists of items`,
    )
  switch (plan.format) {
    case 'csv':
      return select(() => csv(source, plan, options), plan.roles)
    case 'jsonl':
      return select((wanted) => json(source, wanted), plan.roles)
    case 'parquet': {
      const table = `read_parquet(${fileLiteral(source.path)})`
      const described = await database.rows(
        `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${table})`,
      )
      const columns = described.map(([name]) => String(name))
      const nested = columns.filter((_, n) => /\]$|^(STRUCT|MAP|UNION)\(/.test(String(described[n][1])))
      return select(
        () => table,
        expectPlain(source.file, assignRoles(source.file, columns, options.columns), nested),
      )
    }
    case 'adjacency':
      return lists(`SELECT tokens[1] AS u, tokens[2:] AS items FROM (${tokens(source, options)})`)
    case 'citeulike':
      await expectCounts(database, source, options)
      return lists(
        `SELECT CAST(line - 1 AS VARCHAR) AS u, tokens[2:] AS items FROM (${tokens(source, options)})`,
      )
  }
}

function selection(
  tableOf: (wanted: readonly string[]) => string,
  roles: Roles,
  chosenBy: readonly string[],
): Relation {
  const { user, item, rating, time } = roles
  const text = (name: string | null) => (name === null ? 'NULL' : `CAST(${identifier(name)} AS VARCHAR)`)
  const wanted = [user, item, rating, time, ...chosenBy].filter((name) => name !== null)
  const more = chosenBy.map((name, n) => `, ${text(name)} AS w${n}`).join('')
  return {
    sql: `SELECT ${text(user)} AS u, ${text(item)} AS i, ${text(rating)} AS r, ${text(time)} AS t${more} FROM ${tableOf([...new Set(wanted)])}`,
    roles: { ...roles, others: roles.others.filter((name) => !chosenBy.includes(name)) },
    hasRating: rating !== null,
    hasTime: time !== null,
  }
}

function csv(
  { path, gzip }: SourceFile,
  { delimiter, quoted, header, columns }: ReadPlan & { format: 'csv' },
  { encoding = 'utf-8' }: ReadOptions,
): string {
  const types = columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ')
  const quote = quoted ? `'"'` : `''`
  return `read_csv(${fileLiteral(path)}, auto_detect = false, delim = ${literal(delimiter)}, header = ${header}, quote = ${quote}, escape = ${quote}, compression = '${gzip ? 'gzip' : 'none'}', encoding = '${encoding}', columns = {${types}})`
}

function json({ path, gzip }: SourceFile, wanted: readonly string[]): string {
  const types = wanted.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ')
  return `read_json(${fileLiteral(path)}, format = 'newline_delimited', compression = '${gzip ? 'gzip' : 'uncompressed'}', columns = {${types}})`
}

/** Lines of white-space or comma separated tokens, with their number from 1. Empty lines have no tokens. */
function tokens({ path, gzip }: SourceFile, { encoding = 'utf-8' }: ReadOptions): string {
  const lines = `read_csv(${fileLiteral(path)}, auto_detect = false, delim = '\x01', header = false, quote = '', escape = '', compression = '${gzip ? 'gzip' : 'none'}', encoding = '${encoding}', max_line_size = ${2 ** 26}, columns = {'line': 'VARCHAR'})`
  return `SELECT row_number() OVER () AS line, CASE WHEN coalesce(trim(line, ' \t\r'), '') = '' THEN [] ELSE string_split_regex(trim(line, ' \t\r'), '[ \t,]+') END AS tokens FROM ${lines}`
}

function lists(sql: string): Relation {
  return {
    sql: `SELECT u, unnest(items) AS i, NULL AS r, NULL AS t FROM (${sql})`,
    roles: null,
    hasRating: false,
    hasTime: false,
  }
}

async function expectCounts(database: Database, source: SourceFile, options: ReadOptions): Promise<void> {
  const wrong = await database.rows(
    `SELECT line, tokens[1], len(tokens) - 1 FROM (${tokens(source, options)})
     WHERE len(tokens) = 0 OR coalesce(TRY_CAST(tokens[1] AS BIGINT) <> len(tokens) - 1, true) ORDER BY line LIMIT 1`,
  )
  if (wrong.length === 0) return
  const [line, count, found] = wrong[0]
  throw new InputError(
    count === null
      ? `${source.file}: line ${line} is empty; a user without items is written "0"`
      : `${source.file}: line ${line} announces ${count} items but has ${found}; give format adjacency if its first number is the user`,
  )
}
