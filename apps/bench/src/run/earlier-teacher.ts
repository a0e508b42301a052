import type { ModelRun } from '@recdistill/core'
import type { Bench } from './bench.ts'
import type { Plan } from './plan.ts'
import type { ModelFolder } from './model-folder.ts'
import { borrowTeacher, keepTeacher, takeTeacher, teacherPath } from './teacher-cache.ts'

/** A teacher of another run, or of the same content from the cache; never when training of this one has begun. */
export function earlierTeacher(plan: Plan, at: ModelFolder, bench: Bench): ModelRun | null {
  const { config, cache } = bench
  if (config.teacherFrom !== null) return borrowTeacher(config.teacherFrom.from, at.path)
  if (!config.reuseTeachers || config.saveRankings || at.begun()) return null
  return takeTeacher(teacherPath(cache, keyOf(plan, bench)), at.path, plan.id)
}

/** Keeps a teacher for runs to come, where that is wanted; not one that was ended by hand, which its settings do not give again. */
export function keepForLater(plan: Plan, at: ModelFolder, run: ModelRun, bench: Bench): void {
  if (plan.role === 'teacher' && bench.config.reuseTeachers && run.stopped !== 'hand')
    keepTeacher(teacherPath(bench.cache, keyOf(plan, bench)), at.path, run)
}

function keyOf({ model, seed }: Plan, { config, engine, split, protocol }: Bench) {
  const { epochs, patience, validateEvery, followTest, snapshotEvery, sparseAdam } = config
  return {
    split: split.manifest,
    protocol,
    model,
    epochs,
    patience,
    validateEvery,
    followTest,
    seed,
    ...(snapshotEvery === null ? {} : { snapshotEvery }),
    ...(sparseAdam && { sparseAdam }),
    ...(engine.driver === 'cpu' ? {} : { driver: engine.driver }),
  }
}
