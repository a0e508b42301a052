import { InputError, show, type Interactions } from '@recdistill/core'
import { withDatabase } from '@recdistill/formats/database'
import { z } from 'zod'
import {
  chosenColumns,
  filterSchema,
  type Filter,
  type FilterInput,
  type FilterStep,
} from '../filter/filter.ts'
import { filterInDatabase } from '../filter/filter-sql.ts'
import { nameFiles } from '../name-files.ts'
import type { Roles } from './column-roles.ts'
import { Database } from './database.ts'
import { loadFile } from './load-file.ts'
import { readOptionsSchema, type ReadOptions } from './options.ts'
import { parseWith } from '../parse-with.ts'
import { examineFile, type Source, type SourceFile } from './source-file.ts'

/** Interactions with all that their files said, ids dense in ascending order: by number where all are whole numbers, else by UTF-8 bytes. */
export interface InteractionTable extends Interactions {
  readonly ratings?: Float32Array // [n]
  /** 0, 1, 2: in which group of files a row stood. Absent when there was one group. */
  readonly parts?: Uint8Array // [n]
  /** Ids as the files spell them, by dense id. */
  readonly ids: { readonly users: readonly string[]; readonly items: readonly string[] } | null
  readonly sources: readonly Source[]
  /** Counts as read and after each filter. */
  readonly steps: readonly FilterStep[]
  /** What was assumed while reading, a line each; absent when nothing was. */
  readonly remarks?: readonly string[]
  /** Which columns were read as what, once for files that agree; absent where columns have no names. */
  readonly columns?: readonly Roles[]
}

/**
 * Reads interaction files of any supported form, in the order given. Reading, checking and filtering happen in DuckDB, which
 * spills to disk; only dense ids of what is left come into JavaScript.
 * @throws InputError naming file, row and what to do when a file is missing, damaged or not what it should be.
 */
export async function readInteractions(
  files: string | readonly string[],
  { filters = [], ...options }: ReadOptions & { filters?: readonly FilterInput[] } = {},
): Promise<InteractionTable> {
  const list: unknown = typeof files === 'string' ? [files] : files
  if (!isPaths(list))
    throw new InputError(`readInteractions: expected a path or a list of paths, got ${show(files)}`)
  const read = parseWith(readOptionsSchema, options, 'read options')
  const chosen = parseWith(z.array(filterSchema), filters, 'filters')
  const sources = await Promise.all(list.map((file) => examineFile(file)))
  return readSources([sources.map((source) => ({ source, options: read }))], chosen)
}

function isPaths(list: unknown): list is readonly string[] {
  return (
    Array.isArray(list) && list.length > 0 && list.every((path) => typeof path === 'string' && path !== '')
  )
}

/** Files with their own way of reading, in groups (train, valid, test) that share one set of ids. */
export async function readSources(
  groups: readonly (readonly { source: SourceFile; options: ReadOptions }[])[],
  filters: readonly Filter[],
  /** Sees the counts as read before any filter; throws to refuse. */
  accept: (read: FilterStep) => void = () => {},
): Promise<InteractionTable> {
  return withDatabase(async (connection) => {
    const database = new Database(connection)
    const emptyIds = filters.some(({ filter }) => filter === 'ids') ? 'allow' : 'refuse'
    const chosenBy = chosenColumns(filters)
    const more = chosenBy.map((_, k) => `, w${k}`).join('')
    const files = groups.flat()
    await database.run(
      `CREATE TABLE rows (n BIGINT, part UTINYINT, u VARCHAR, i VARCHAR, r DOUBLE, t DOUBLE${chosenBy.map((_, k) => `, w${k} VARCHAR`).join('')})`,
    )
    let base = 0
    const remarks = new Set<string>()
    const columns = new Map<string, Roles>()
    const seen: { file: string; hasRating: boolean; hasTime: boolean }[] = []
    for (const [part, group] of groups.entries())
      for (const { source, options } of group) {
        const loaded = await loadFile(database, source, options, { emptyIds, chosenBy })
        const { hasRating, hasTime, roles } = loaded
        if (roles) columns.set(JSON.stringify({ ...roles, others: roles.others.toSorted() }), roles)
        for (const remark of loaded.remarks) remarks.add(remark)
        await database.run(`INSERT INTO rows SELECT ${base} + n, ${part}, u, i, r, t${more} FROM stage`)
        base += await database.number(`SELECT count(*) FROM stage`)
        await database.run(`DROP TABLE stage`)
        seen.push({ file: source.file, hasRating, hasTime })
      }
    const hasTime = agree(seen, 'hasTime', 'time')
    const hasRating = agree(seen, 'hasRating', 'rating')
    await encode(database, more)
    const label = nameFiles(
      seen.map(({ file }) => file),
      ', ',
    )
    const steps = await filterInDatabase(database, filters, { label, hasRating, hasTime, accept })
    const sources = files.map(({ source: { file, bytes, sha256 } }) => ({ file, bytes, sha256 }))
    const table = await collect(database, { sources, steps, hasRating, hasTime, parts: groups.length > 1 })
    return {
      ...table,
      ...(remarks.size > 0 && { remarks: [...remarks] }),
      ...(columns.size > 0 && { columns: [...columns.values()] }),
    }
  })
}

function agree(
  files: readonly { file: string; hasRating: boolean; hasTime: boolean }[],
  flag: 'hasRating' | 'hasTime',
  role: string,
): boolean {
  const other = files.find((file) => file[flag] !== files[0][flag])
  if (!other) return files[0][flag]
  const [having, lacking] = files[0][flag] ? [files[0], other] : [other, files[0]]
  throw new InputError(
    `${having.file} has a ${role} column but ${lacking.file} has none; leave it unread (--columns ${role}=none, or read: { columns: { ${role}: null } } in a file)`,
  )
}

// not -0, which would be a number equal to that of another text
const whole = `'0|-?[1-9][0-9]{0,17}'`

/** Replaces the text ids of `rows` by numbers in the final order; `users` and `items` hold the texts. */
async function encode(database: Database, more: string): Promise<void> {
  for (const [table, column] of [
    ['users', 'u'],
    ['items', 'i'],
  ]) {
    await database.run(
      `CREATE TABLE distinct_ids AS SELECT DISTINCT ${column} AS raw FROM rows WHERE ${column} IS NOT NULL`,
    )
    const [[numeric]] = await database.rows(
      `SELECT bool_and(regexp_full_match(raw, ${whole})) FROM distinct_ids`,
    )
    const order = numeric === true ? 'CAST(raw AS BIGINT)' : 'raw'
    await database.run(
      `CREATE TABLE ${table} AS SELECT raw, CAST(row_number() OVER (ORDER BY ${order}) - 1 AS UINTEGER) AS id FROM distinct_ids`,
    )
    await database.run(`DROP TABLE distinct_ids`)
  }
  await database.run(
    `CREATE TABLE coded AS SELECT n, part, users.id AS u, items.id AS i, r, t${more} FROM rows LEFT JOIN users ON rows.u = users.raw LEFT JOIN items ON rows.i = items.raw`,
  )
  await database.run(`DROP TABLE rows`)
  await database.run(`ALTER TABLE coded RENAME TO rows`)
}

async function collect(
  database: Database,
  facts: Pick<InteractionTable, 'sources' | 'steps'> & {
    hasRating: boolean
    hasTime: boolean
    parts: boolean
  },
): Promise<InteractionTable> {
  for (const [table, column] of [
    ['users', 'u'],
    ['items', 'i'],
  ])
    await database.run(
      `CREATE TABLE kept_${table} AS SELECT raw, id, CAST(row_number() OVER (ORDER BY id) - 1 AS UINTEGER) AS dense FROM ${table} WHERE id IN (SELECT ${column} FROM rows)`,
    )
  const count = await database.number(`SELECT count(*) FROM rows`)
  const users = new Uint32Array(count)
  const items = new Uint32Array(count)
  const ratings = facts.hasRating ? new Float32Array(count) : null
  const times = facts.hasTime ? new Float64Array(count) : null
  const parts = facts.parts ? new Uint8Array(count) : null
  const columns = [
    { sql: 'kept_users.dense', out: users },
    { sql: 'kept_items.dense', out: items },
    { sql: 'r', out: ratings },
    { sql: 't', out: times },
    { sql: 'part', out: parts },
  ].filter(({ out }) => out !== null)
  await database.columns(
    `SELECT ${columns.map(({ sql }) => sql).join(', ')} FROM rows JOIN kept_users ON rows.u = kept_users.id JOIN kept_items ON rows.i = kept_items.id ORDER BY n`,
    columns.map(({ out }) => out!),
  )
  const ids = {
    users: await database.strings(`SELECT raw FROM kept_users ORDER BY dense`),
    items: await database.strings(`SELECT raw FROM kept_items ORDER BY dense`),
  }
  return {
    numUsers: ids.users.length,
    numItems: ids.items.length,
    users,
    items,
    ...(ratings && { ratings }),
    ...(times && { times }),
    ...(parts && { parts }),
    ids,
    sources: facts.sources,
    steps: facts.steps,
  }
}
