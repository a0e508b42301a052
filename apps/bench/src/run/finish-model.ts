import { join } from 'node:path'
import type { ModelRun } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import type { Bench } from './bench.ts'
import type { ModelFolder } from './model-folder.ts'
import { saveRankings } from './save-rankings.ts'

/** Keeps a measured model: its rankings, where they are asked for, then its record. */
export async function finishModel(
  type: 'finished' | 'cached' | 'imported' | 'ensemble',
  run: ModelRun,
  { at, model, bench: { config, folder, ...setting } }: { at: ModelFolder; model: Model; bench: Bench },
): Promise<ModelRun> {
  if (config.saveRankings)
    await saveRankings(model, setting, join(folder.path, 'rankings', `${at.name}.parquet`))
  at.finish(run)
  folder.log({ model: run.id, type, valid: run.valid, test: run.test })
  return run
}
