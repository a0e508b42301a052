import { InputError } from '@recdistill/core'
import { literal } from '@recdistill/formats/database'
import type { Database } from './database.ts'
import type { ReadOptions } from './options.ts'
import { asReadError } from './read-error.ts'
import { relationOf, type Relation } from './relation.ts'
import { sniff } from './sniff.ts'
import type { SourceFile } from './source-file.ts'

const noId = `('', 'NaN', 'nan', 'null', 'NULL')`

/** Makes the table `stage` (n from 1, u, i, r, t) of one file, every value checked; empty ids are NULL where those are allowed. */
export async function loadFile(
  database: Database,
  source: SourceFile,
  options: ReadOptions,
  { emptyIds = 'refuse' }: { emptyIds?: 'refuse' | 'allow' } = {},
): Promise<Relation> {
  const plan = sniff(source, options)
  let relation: Relation
  try {
    relation = await relationOf(database, source, plan, options)
    await database.run(
      `CREATE OR REPLACE TABLE text AS SELECT row_number() OVER () AS n, * FROM (${relation.sql})`,
    )
  } catch (error) {
    throw asReadError(source.file, error)
  }
  if ((await database.number(`SELECT count(*) FROM text`)) === 0)
    throw new InputError(`${source.file}: no interactions in it; expected one a line`)
  if (emptyIds === 'refuse') await expectIds(database, source.file)
  const time = timeOf(options)
  const rating = 'TRY_CAST(r AS DOUBLE)'
  if (relation.hasRating)
    await expectNumbers(database, source.file, {
      column: 'r',
      role: 'rating',
      number: rating,
      what: 'a number',
    })
  if (relation.hasTime) {
    const { timeFormat } = options
    const what =
      timeFormat === undefined
        ? 'a number or a date, or say how dates are written (--time-format "%d.%m.%Y %H:%M")'
        : `a time as ${timeFormat}`
    await expectNumbers(database, source.file, { column: 't', role: 'time', number: time, what })
  }
  const scale = relation.hasTime ? await unitsPerSecond(database, options) : '1'
  await database.run(
    `CREATE OR REPLACE TABLE stage AS SELECT n, ${id('u')} AS u, ${id('i')} AS i, ${rating} AS r, ${time} / ${scale} AS t FROM text`,
  )
  await database.run(`DROP TABLE text`)
  return relation
}

function id(column: string): string {
  return `CASE WHEN trim(${column}) IN ${noId} THEN NULL ELSE trim(${column}) END`
}

/** A number, or a date as seconds since 1970; times written in a form of their own are of UTC. */
function timeOf({ timeFormat }: ReadOptions): string {
  if (timeFormat !== undefined) return `epoch(try_strptime(trim(t), ${literal(timeFormat)}))`
  return `coalesce(TRY_CAST(t AS DOUBLE), epoch(TRY_CAST(t AS TIMESTAMPTZ)))`
}

async function expectIds(database: Database, file: string): Promise<void> {
  for (const [column, role] of [
    ['u', 'user'],
    ['i', 'item'],
  ]) {
    const [bad] = await database.rows(
      `SELECT n, ${column} FROM text WHERE ${column} IS NULL OR trim(${column}) IN ${noId} ORDER BY n LIMIT 1`,
    )
    if (!bad) continue
    const came = bad[1] === null || bad[1] === '' ? 'is empty' : `is ${JSON.stringify(bad[1])}`
    throw new InputError(
      `${file}: the ${role} id in row ${bad[0]} ${came}; every row needs one, or is left out (--skip-empty-ids, or the filter { filter: 'ids' })`,
    )
  }
}

async function expectNumbers(
  database: Database,
  file: string,
  { column, role, number, what }: { column: string; role: string; number: string; what: string },
) {
  const [bad] = await database.rows(
    `SELECT n, ${column} FROM text WHERE ${number} IS NULL OR NOT isfinite(${number}) ORDER BY n LIMIT 1`,
  )
  if (bad)
    throw new InputError(
      `${file}: the ${role} in row ${bad[0]} is ${bad[1] === null ? 'empty' : JSON.stringify(bad[1])}, expected ${what}; correct it, or leave the column unread (--columns ${role}=none, or columns: { ${role}: null })`,
    )
}

const units = { s: '1', ms: '1e3', us: '1e6', ns: '1e9' }

/** Unix times of this century have 10 digits in seconds, 13 in milliseconds, 16 and 19 in the finer units. */
async function unitsPerSecond(database: Database, { timeUnit, timeFormat }: ReadOptions): Promise<string> {
  if (timeFormat !== undefined) return '1'
  const numeric = await database.number(`SELECT max(abs(TRY_CAST(t AS DOUBLE))) FROM text`)
  const unit = timeUnit ?? (numeric < 1e11 ? 's' : numeric < 1e14 ? 'ms' : numeric < 1e17 ? 'us' : 'ns')
  return Number.isNaN(numeric) || numeric === 0 ? '1' : units[unit]
}
