import { NO_ITEM, type Csr, type Ranker } from '@recdistill/core'
import { writeRows } from './database.ts'

/** What a user is recommended, best first. Ids are texts as the data spells them, or places in data that has none. */
export interface Recommendations<Id extends string | number = string> {
  readonly user: Id
  readonly items: readonly { readonly item: Id; readonly score: number }[]
}

const usersAtOnce = 4096

/**
 * A Parquet file with a row for every item that is recommended: columns `user`, `item`, `rank` (1 is best), `score`. Appears whole or not at all.
 * @throws InputError when it cannot be written.
 */
export async function writeRecommendations(
  path: string,
  all: Iterable<Recommendations<string | number>>,
  { ids = 'texts' }: { ids?: 'texts' | 'places' } = {},
): Promise<void> {
  await writeRows(path, async (connection) => {
    const type = ids === 'texts' ? 'VARCHAR' : 'UINTEGER'
    await connection.run(`CREATE TABLE rows ("user" ${type}, item ${type}, rank UINTEGER, score FLOAT)`)
    const appender = await connection.createAppender('rows')
    const append = (id: string | number) =>
      typeof id === 'string' ? appender.appendVarchar(id) : appender.appendUInteger(id)
    let users = 0
    for (const { user, items } of all) {
      for (const [place, { item, score }] of items.entries()) {
        append(user)
        append(item)
        appender.appendUInteger(place + 1)
        appender.appendFloat(score)
        appender.endRow()
      }
      if (++users % usersAtOnce === 0) appender.flushSync()
    }
    appender.closeSync()
  })
}

/** The `k` best items of every user, by whatever orders the catalogue; those of `exclude`'s rows are left out. */
export function* recommendationsBy<Id extends string | number>(
  ranker: Ranker,
  {
    users,
    items,
    k,
    exclude,
  }: { users: readonly Id[]; items: readonly Id[]; k: number; exclude: Csr | null },
): Generator<Recommendations<Id>> {
  for (let first = 0; first < users.length; first += usersAtOnce) {
    const rows = Uint32Array.from(
      { length: Math.min(usersAtOnce, users.length - first) },
      (_, n) => first + n,
    )
    const ranking = ranker.rank(rows, Math.min(k, items.length), exclude)
    for (const [n, row] of rows.entries()) {
      const [from, to] = [n * ranking.k, (n + 1) * ranking.k]
      const scores = ranking.scores.subarray(from, to)
      const places = Array.from(ranking.items.subarray(from, to)).filter((place) => place !== NO_ITEM)
      yield {
        user: users[row],
        items: places.map((place, rank) => ({ item: items[place], score: scores[rank] })),
      }
    }
  }
}
