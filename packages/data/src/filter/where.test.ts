import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test } from 'vitest'
import { inspectSplit } from '../inspect/inspect-split.ts'
import { prepareSplit } from '../prepare-split.ts'
import { readInteractions } from '../read/read-interactions.ts'
import { filterInteractions } from './filter-interactions.ts'
import type { Filter } from './filter.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-where-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const where = (column: string, ...values: string[]): Filter => ({ filter: 'where', column, values })
const day1 = file('day1.csv', 'customer,event,product\nann,view,a\nann,buy,b\nbob,cart,a\nbob,remove,c\n')
const day2 = file('day2.csv', 'Event,product,customer\nbuy,a,ann\nview,c,bob\n , d,bob\n')

async function pairsOf(files: string | string[], ...filters: Filter[]) {
  const { users, items, ids, steps } = await readInteractions(files, { filters })
  return { pairs: Array.from(users, (u, n) => `${ids!.users[u]} ${ids!.items[items[n]]}`), steps }
}

test('rows are chosen by the values of a column, in files that order and spell their columns in their own way', async () => {
  const { pairs, steps } = await pairsOf([day1, day2], where('event', 'buy', 'cart'))
  expect(pairs).toEqual(['ann b', 'bob a', 'ann a'])
  expect(steps.map(({ interactions }) => interactions)).toEqual([7, 3])
})

test('two columns choose together, and a column may be that of the users or hold quotes', async () => {
  const quoted = file(
    'q.jsonl',
    `{"user":"it's","item":"a","kind":"it's \\"x\\""}\n{"user":"b","item":"a"}\n`,
  )
  expect((await pairsOf(quoted, where('kind', `it's "x"`), where('user', `it's`))).pairs).toEqual([`it's a`])
})

test('rows of Parquet are chosen by numbers too', async () => {
  const path = join(folder, 'rows.parquet')
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run(
    `COPY (SELECT 'u' || n AS user, 'i' AS item, n % 2 AS bought FROM range(4) t(n)) TO '${path}'`,
  )
  connection.closeSync()
  expect((await pairsOf(path, where('bought', '1'))).pairs).toEqual(['u1 i', 'u3 i'])
})

test('a value or a column that is not there is an error that says which are', async () => {
  await expect(pairsOf(day1, where('event', 'buy', 'carts'))).rejects.toThrow(
    /day1\.csv: no row has "carts" in the column "event"; there are "buy", "cart", "remove", "view"; did you mean "cart"\?/,
  )
  await expect(pairsOf(day1, where('evnt', 'buy'))).rejects.toThrow(
    /day1\.csv: no column "evnt" to choose rows by \(--where\); it has "customer", "product", "event"; did you mean "event"\?/,
  )
  const lists = file('lists.txt', '1 10 11\n2 10\n')
  await expect(pairsOf(lists, where('event', 'buy'))).rejects.toThrow(
    /lists\.txt: has no column "event" to choose rows by \(--where\), its lines are lists of items/,
  )
  await expect(pairsOf(day1, where('event', 'buy'), where('product', 'c'))).rejects.toThrow(/no row has "c"/)
  const read = await readInteractions(day1)
  expect(() => filterInteractions(read, [where('event', 'buy')])).toThrow(/chooses rows of files/)
})

test('the doctor says which columns were read as what, fresh and from the cache', async () => {
  const rows = Array.from({ length: 40 }, (_, n) => `u${n % 4},view,${n},i${n % 10},1`).join('\n')
  const log = file('log.csv', `customer,event,ts,product,qty\n${rows}\n`)
  const said = async (filters: Filter[]) => {
    const split = await prepareSplit({ files: log, filters }, { cacheDir: join(folder, 'cache') })
    return inspectSplit(split).find(({ id }) => id === 'columns')?.title
  }
  for (const _time of ['fresh', 'from the cache']) {
    expect(await said([])).toBe(
      'user is the column "customer", item "product", time "ts"; not read: "event", "qty"',
    )
    expect(await said([where('event', 'view')])).toMatch(/; not read: "qty"$/)
  }
})
