import { literal } from '@recdistill/formats/database'
import type { Database } from '../read/database.ts'
import { expectColumns, expectSome, noSuchValue } from './check-filter.ts'
import { secondsOf, type Filter, type FilterStep } from './filter.ts'

/** Applies filters to the table `rows` (n, part, u, i, r, t, w0, w1, ...), out of core. `filterInteractions` is its twin in memory. */
export async function filterInDatabase(
  database: Database,
  filters: readonly Filter[],
  columns: { label: string; hasRating: boolean; hasTime: boolean; accept: (read: FilterStep) => void },
): Promise<FilterStep[]> {
  const steps = [await countRows(database, null)]
  columns.accept(steps[0])
  let chosen = 0
  for (const filter of filters) {
    expectColumns(columns.label, filter, columns)
    if (filter.filter === 'where')
      await choose(database, filter, { label: columns.label, by: `w${chosen++}` })
    await apply(database, filter, columns.hasTime)
    const step = await countRows(database, filter)
    expectSome(columns.label, steps[steps.length - 1], step)
    steps.push(step)
  }
  return steps
}

/** @throws InputError for a value that no row has: it is misspelt more often than not. */
async function choose(
  database: Database,
  filter: Filter & { filter: 'where' },
  { label, by }: { label: string; by: string },
): Promise<void> {
  const wanted = `${by} IN (${filter.values.map(literal).join(', ')})`
  const present = await database.strings(`SELECT DISTINCT ${by} FROM rows WHERE ${wanted}`)
  const missing = filter.values.find((value) => !present.includes(value))
  if (missing !== undefined) {
    const common = `SELECT ${by} FROM rows WHERE ${by} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 100`
    throw noSuchValue(label, filter.column, { missing, found: await database.strings(common) })
  }
  await database.run(`DELETE FROM rows WHERE NOT coalesce(${wanted}, false)`)
}

async function apply(database: Database, filter: Filter, hasTime: boolean): Promise<void> {
  switch (filter.filter) {
    case 'where': // chosen already
      return
    case 'ids':
      return database.run(`DELETE FROM rows WHERE u IS NULL OR i IS NULL`)
    case 'rating':
      return database.run(`DELETE FROM rows WHERE r < ${filter.min}`)
    case 'time':
      if (filter.from !== undefined)
        await database.run(`DELETE FROM rows WHERE t < ${secondsOf(filter.from)}`)
      if (filter.until !== undefined)
        await database.run(`DELETE FROM rows WHERE t >= ${secondsOf(filter.until)}`)
      return
    case 'duplicates': {
      // The windows run over repeated pairs alone, which are few.
      await database.run(
        `CREATE OR REPLACE TABLE repeated AS SELECT part, u, i FROM rows GROUP BY part, u, i HAVING count(*) > 1`,
      )
      const direction = filter.keep === 'first' ? 'ASC' : 'DESC'
      const order = hasTime ? `t ${direction}, n ${direction}` : `n ${direction}`
      return database.run(
        `DELETE FROM rows WHERE n IN (SELECT n FROM (SELECT n, row_number() OVER (PARTITION BY part, u, i ORDER BY ${order}) AS place FROM rows SEMI JOIN repeated USING (part, u, i)) WHERE place > 1)`,
      )
    }
    case 'heavy-users':
      return database.run(
        `DELETE FROM rows WHERE u IN (SELECT u FROM rows GROUP BY u HAVING count(*) > ${filter.most})`,
      )
    case 'k-core':
      for (let before = -1, after = -2; after !== before;) {
        before = await database.number(`SELECT count(*) FROM rows`)
        await deleteRare(database, 'u', filter.users)
        await deleteRare(database, 'i', filter.items)
        after = await database.number(`SELECT count(*) FROM rows`)
      }
  }
}

async function deleteRare(database: Database, column: 'u' | 'i', least: number): Promise<void> {
  if (least > 1)
    await database.run(
      `DELETE FROM rows WHERE ${column} IN (SELECT ${column} FROM rows GROUP BY ${column} HAVING count(*) < ${least})`,
    )
}

async function countRows(database: Database, filter: Filter | null): Promise<FilterStep> {
  const [[users, items, interactions]] = await database.rows(
    `SELECT count(DISTINCT u), count(DISTINCT i), count(*) FROM rows`,
  )
  return { filter, users: Number(users), items: Number(items), interactions: Number(interactions) }
}
