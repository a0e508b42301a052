import { InputError } from '@recdistill/core'
import { recommendationsBy, writeRecommendations, type Recommendations } from '@recdistill/formats'
import { literal } from '@recdistill/formats/database'
import { load } from '@recdistill/serve'
import { join } from 'node:path'
import type { Deployable } from './deployable.ts'
import { bundleOf } from './to-bundle.ts'
import type { WriteContext } from './writer.ts'

/** `recommendations.parquet`: the best items of every user, for a table or a key-value store that is filled once a night. */
export async function writeBestItems(model: Deployable, context: WriteContext): Promise<string> {
  await writeRecommendations(
    join(context.folder, 'recommendations.parquet'),
    counted(await bestItemsOf(model, context), context.progress),
  )
  return [
    '```sql',
    '-- DuckDB: the list of a user',
    "SELECT item, score FROM 'recommendations.parquet'",
    `WHERE "user" = ${literal(model.users[0] ?? '')} ORDER BY rank;`,
    '```',
  ].join('\n')
}

/** Of vectors by the runtime of bundles, so that a list is what the service answers; else by the model itself. */
async function bestItemsOf(
  model: Deployable,
  { precision, k }: WriteContext,
): Promise<Iterable<Recommendations>> {
  const { users, items, seen, form } = model
  if (form.kind === 'vectors') return byRuntime(await load(bundleOf(model, precision)), users, k)
  if (form.ranker) return recommendationsBy(form.ranker, { users, items, k, exclude: seen })
  throw new InputError(
    `--to recommendations: a score of "${form.backbone}" is no dot product, and nothing was given that ranks by it (form.ranker)`,
  )
}

function* byRuntime(
  recommender: Awaited<ReturnType<typeof load>>,
  users: readonly string[],
  k: number,
): Generator<Recommendations> {
  for (const user of users) yield { user, items: recommender.recommend(user, { k }) }
}

function* counted<T>(all: Iterable<T>, tell: WriteContext['progress']): Generator<T> {
  let count = 0
  for (const each of all) {
    yield each
    tell?.(++count)
  }
}
