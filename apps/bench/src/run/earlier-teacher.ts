import { join } from 'node:path'
import type { ModelRun } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import { loadBest } from '@recdistill/trainer'
import type { Bench } from './bench.ts'
import { untrained } from './imported-teacher.ts'
import { measureModel } from './measure-model.ts'
import type { Plan } from './plan.ts'
import type { ModelFolder } from './model-folder.ts'
import { borrowTeacher, keepTeacher, takeTeacher, teacherPath } from './teacher-cache.ts'

/** A teacher of another run, or of the same content from the cache; never when training of this one has begun. */
export function earlierTeacher(plan: Plan, at: ModelFolder, bench: Bench): ModelRun | null {
  const { config, cache } = bench
  if (config.teacherFrom !== null) return borrowTeacher(config.teacherFrom.from, at.path)
  if (!isKept(plan, bench) || at.begun()) return null
  return takeTeacher(teacherPath(cache, keyOf(plan, bench)), at.path, plan.id)
}

/**
 * Its record with numbers of this run: another may have measured it by another protocol, whose learning curve says nothing here, and its
 * times may be of another machine or of a busier hour.
 */
export function measuredHere(
  earlier: ModelRun,
  plan: Plan,
  { at, model, bench }: { at: ModelFolder; model: Model; bench: Bench },
): ModelRun {
  const { valid, test, beyond, perUser, ranking } = measureModel(plan, { ...untrained, model }, bench)
  const { settings } = loadBest(join(at.path, 'best.ckpt'))
  const isAlike = JSON.stringify(settings['protocol']) === JSON.stringify(bench.protocol)
  const curve = isAlike
    ? earlier.curve
    : earlier.curve.map(({ epoch, loss, seconds }) => ({ epoch, loss, seconds }))
  return { ...earlier, valid, test, beyond, perUser, ranking, curve }
}

/** Keeps a teacher for runs to come, where that is wanted; not one that was ended by hand, which its settings do not give again. */
export function keepForLater(plan: Plan, at: ModelFolder, run: ModelRun, bench: Bench): void {
  if (plan.role === 'teacher' && isKept(plan, bench) && run.stopped !== 'hand')
    keepTeacher(teacherPath(bench.cache, keyOf(plan, bench)), at.path, run)
}

/** The file of a backbone of one's own may have changed since. */
function isKept({ model }: Plan, { config }: Bench): boolean {
  return config.reuseTeachers && model.reference === undefined
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
