import { InputError } from '@recdistill/core'
import { commaNumber, decimalComma, literal, withUniformLines } from '@recdistill/formats/database'
import type { Database } from './database.ts'
import type { ReadOptions } from './options.ts'
import { asReadError } from './read-error.ts'
import { relationOf, type Relation } from './relation.ts'
import { sniff } from './sniff.ts'
import type { SourceFile } from './source-file.ts'

const noId = `('', 'NaN', 'nan', 'null', 'NULL')`

/**
 * Makes the table `stage` (n from 1, u, i, r, t, w0, w1, ...) of one file, every value checked; empty ids are NULL where those are
 * allowed. `remarks` say what was assumed.
 * @param chosenBy Columns that rows are chosen by.
 */
export async function loadFile(
  database: Database,
  source: SourceFile,
  options: ReadOptions,
  {
    emptyIds = 'refuse',
    chosenBy = [],
  }: { emptyIds?: 'refuse' | 'allow'; chosenBy?: readonly string[] } = {},
): Promise<Relation & { readonly remarks: readonly string[] }> {
  const plan = sniff(source, options)
  let relation: Relation
  try {
    const wide = options.encoding === 'utf-16'
    relation = await withUniformLines({ ...source, wide }, async (file) => {
      const found = await relationOf(database, { ...source, ...file }, plan, options, chosenBy)
      await database.run(
        `CREATE OR REPLACE TABLE text AS SELECT row_number() OVER () AS n, * FROM (${found.sql})`,
      )
      return found
    })
  } catch (error) {
    throw asReadError(source.file, error)
  }
  if ((await database.number(`SELECT count(*) FROM text`)) === 0)
    throw new InputError(`${source.file}: no interactions in it; expected one a line`)
  if (emptyIds === 'refuse') await expectIds(database, source.file)
  const remarks: string[] = []
  const numberIn = async (column: 'r' | 't', role: 'rating' | 'time') => {
    if (!(await hasComma(database, source.file, { column, role }, options)))
      return `TRY_CAST(${column} AS DOUBLE)`
    if (options.decimal === undefined) remarks.push(remarkOn(role))
    return commaNumber(column)
  }
  const rating = relation.hasRating ? await numberIn('r', 'rating') : 'NULL'
  if (relation.hasRating)
    await expectNumbers(database, source.file, {
      column: 'r',
      role: 'rating',
      number: rating,
      what: numbers(options),
    })
  const timeNumber =
    relation.hasTime && options.timeFormat === undefined ? await numberIn('t', 'time') : 'NULL'
  if (relation.hasTime) {
    const { timeFormat } = options
    const what =
      timeFormat === undefined
        ? `${numbers(options)} or a date, or say how dates are written (--time-format "%d.%m.%Y %H:%M")`
        : `a time as ${timeFormat}`
    await expectNumbers(database, source.file, {
      column: 't',
      role: 'time',
      number: timeOf(timeNumber, options),
      what,
    })
  }
  const scale = relation.hasTime ? await unitsPerSecond(database, timeNumber, options) : '1'
  const time = timeOf(`(${timeNumber}) / ${scale}`, options)
  await database.run(
    `CREATE OR REPLACE TABLE stage AS SELECT n, ${id('u')} AS u, ${id('i')} AS i, ${rating} AS r, ${time} AS t${chosenBy.map((_, k) => `, trim(w${k}) AS w${k}`).join('')} FROM text`,
  )
  await database.run(`DROP TABLE text`)
  return { ...relation, remarks }
}

/** Whether a column of numbers has decimal commas: as said, else where all of it is written so. */
async function hasComma(
  database: Database,
  file: string,
  { column, role }: { column: string; role: string },
  { decimal }: ReadOptions,
): Promise<boolean> {
  if (decimal !== undefined) return decimal === ','
  const [first] = await database.rows(
    `SELECT n, ${column} FROM text WHERE TRY_CAST(${column} AS DOUBLE) IS NULL AND contains(${column}, ',') ORDER BY n LIMIT 1`,
  )
  if (!first) return false
  const found = await decimalComma((sql) => database.rows(sql), { table: 'text', text: column })
  if (found !== 'unclear') return found === 'yes'
  const text = String(first[1]).trim()
  throw new InputError(
    `${file}: the ${role} in row ${first[0]} is "${text}", which may be ${text.replace(',', '.')} or ${text.replace(',', '')}; say --decimal , (read: { decimal: ',' } in a file) for the first, write numbers without separators of thousands for the second`,
  )
}

function remarkOn(role: string): string {
  return `${role}s are written with a decimal comma and read so, 4,5 as 4.5 (--decimal . refuses them)`
}

function numbers({ decimal }: ReadOptions): string {
  return decimal === ',' ? 'a number with a decimal comma (--decimal ,)' : 'a number'
}

function id(column: string): string {
  return `CASE WHEN trim(${column}) IN ${noId} THEN NULL ELSE trim(${column}) END`
}

/** A number, or a date as seconds since 1970; times written in a form of their own are of UTC. */
function timeOf(number: string, { timeFormat }: ReadOptions): string {
  if (timeFormat !== undefined) return `epoch(try_strptime(trim(t), ${literal(timeFormat)}))`
  return `coalesce(${number}, epoch(TRY_CAST(t AS TIMESTAMPTZ)))`
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
    `SELECT n, ${column}, contains(${column}, ',') AND ${commaNumber(column)} IS NOT NULL FROM text WHERE ${number} IS NULL OR NOT isfinite(${number}) ORDER BY n LIMIT 1`,
  )
  if (!bad) return
  const [odd] = await database.rows(
    `SELECT n, ${column} FROM text WHERE ${commaNumber(column)} IS NULL ORDER BY n LIMIT 1`,
  )
  const comma =
    bad[2] === true && odd
      ? `; it would be one with a decimal comma if all were, and in row ${odd[0]} it is ${shown(odd[1])}`
      : ''
  throw new InputError(
    `${file}: the ${role} in row ${bad[0]} is ${shown(bad[1])}, expected ${what}${comma}; correct it, or leave the column unread (--columns ${role}=none, or read: { columns: { ${role}: null } } in a file)`,
  )
}

function shown(cell: unknown): string {
  return cell === null || cell === '' ? 'empty' : JSON.stringify(cell)
}

const units = { s: '1', ms: '1e3', us: '1e6', ns: '1e9' }

/** Unix times of this century have 10 digits in seconds, 13 in milliseconds, 16 and 19 in the finer units. */
async function unitsPerSecond(
  database: Database,
  number: string,
  { timeUnit, timeFormat }: ReadOptions,
): Promise<string> {
  if (timeFormat !== undefined) return '1'
  const numeric = await database.number(`SELECT max(abs(${number})) FROM text`)
  const unit = timeUnit ?? (numeric < 1e11 ? 's' : numeric < 1e14 ? 'ms' : numeric < 1e17 ? 'us' : 'ns')
  return Number.isNaN(numeric) || numeric === 0 ? '1' : units[unit]
}
