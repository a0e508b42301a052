import { unionRows, type Csr, type Split } from '@recdistill/core'
import { recommendationsBy, writeRecommendations } from '@recdistill/formats'
import type { Model } from '@recdistill/plugin'
import type { Setting } from './setting.ts'

/**
 * The best items of every user as the test part is measured: columns `user, item` (as the source spelled them), `rank` (1 is best), `score`.
 * @throws InputError when the file cannot be written; nothing is left behind.
 */
export async function saveRankings(
  model: Model,
  { split, protocol }: Pick<Setting, 'split' | 'protocol'>,
  path: string,
): Promise<void> {
  const asked = { k: Math.max(...protocol.ks), exclude: maskOf(split, protocol.mask.test) }
  const ids = split.ids ?? { users: places(split.numUsers), items: places(split.numItems) }
  await writeRecommendations(path, recommendationsBy<string | number>(model, { ...ids, ...asked }), {
    ids: split.ids === null ? 'places' : 'texts',
  })
}

function maskOf(split: Split, parts: readonly ('train' | 'valid' | 'test')[]): Csr | null {
  return parts
    .map((part) => split[part])
    .reduce<Csr | null>((mask, rows) => (mask === null ? rows : unionRows(mask, rows)), null)
}

function places(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
