import { NO_ITEM, unionRows, type Csr, type Split } from '@recdistill/core'
import { writeRows } from '@recdistill/formats/database'
import type { Model } from '@recdistill/plugin'
import type { Setting } from './setting.ts'

const usersAtOnce = 4096

/**
 * The best items of every user as the test part is measured: columns `user, item` (as the source spelled them), `rank` (1 is best), `score`.
 * @throws InputError when the file cannot be written; nothing is left behind.
 */
export async function saveRankings(
  model: Model,
  { split, protocol }: Pick<Setting, 'split' | 'protocol'>,
  path: string,
): Promise<void> {
  await writeRows(path, async (connection) => {
    const id = split.ids === null ? 'UINTEGER' : 'VARCHAR'
    await connection.run(`CREATE TABLE rows ("user" ${id}, item ${id}, rank UINTEGER, score FLOAT)`)
    const appender = await connection.createAppender('rows')
    const k = Math.min(Math.max(...protocol.ks), split.numItems)
    const exclude = maskOf(split, protocol.mask.test)
    for (let first = 0; first < split.numUsers; first += usersAtOnce) {
      const users = Uint32Array.from(
        { length: Math.min(usersAtOnce, split.numUsers - first) },
        (_, n) => first + n,
      )
      const { items, scores } = model.rank(users, k, exclude)
      for (let n = 0; n < users.length * k; n++) {
        if (items[n] === NO_ITEM) continue
        const user = users[Math.floor(n / k)]
        if (split.ids === null) {
          appender.appendUInteger(user)
          appender.appendUInteger(items[n])
        } else {
          appender.appendVarchar(split.ids.users[user])
          appender.appendVarchar(split.ids.items[items[n]])
        }
        appender.appendUInteger((n % k) + 1)
        appender.appendFloat(scores[n])
        appender.endRow()
      }
      appender.flushSync()
    }
    appender.closeSync()
  })
}

function maskOf(split: Split, parts: readonly ('train' | 'valid' | 'test')[]): Csr | null {
  return parts
    .map((part) => split[part])
    .reduce<Csr | null>((mask, rows) => (mask === null ? rows : unionRows(mask, rows)), null)
}
