import { writeParquet } from '@recdistill/formats'
import { literal } from '@recdistill/formats/database'
import { join } from 'node:path'
import type { Deployable } from './deployable.ts'
import { expectVectors } from './expect-vectors.ts'
import type { WriteContext } from './writer.ts'

/** `users.parquet`, `items.parquet`: id and vector; `seen.parquet`: pairs of ids. */
export async function writeParquetTables(model: Deployable, { folder }: WriteContext): Promise<string> {
  const { users, items, seen } = model
  const { dim, ...vectors } = expectVectors(model.form)
  await writeParquet(join(folder, 'users.parquet'), { user: users, vector: { data: vectors.users, dim } })
  await writeParquet(join(folder, 'items.parquet'), { item: items, vector: { data: vectors.items, dim } })
  await writeParquet(join(folder, 'seen.parquet'), {
    user: users.flatMap((user, u) => Array<string>(seen.offsets[u + 1] - seen.offsets[u]).fill(user)),
    item: Array.from(seen.items, (item) => items[item]),
  })
  return [
    '```sql',
    '-- DuckDB: the 20 best items of a user',
    'SELECT i.item, list_dot_product(u.vector, i.vector) AS score',
    "FROM 'users.parquet' u, 'items.parquet' i",
    `WHERE u.user = ${literal(users[0] ?? '')}`,
    `  AND i.item NOT IN (SELECT item FROM 'seen.parquet' s WHERE s.user = u.user)`,
    'ORDER BY score DESC LIMIT 20;',
    '```',
  ].join('\n')
}
