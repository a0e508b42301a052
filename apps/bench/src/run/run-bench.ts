import type { ModelRun, Role, RunRecord, RunResult } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import type { Model } from '@recdistill/plugin'
import { ensembleTeacher, type ImportedTeacher } from '@recdistill/teachers'
import { loadModel, type TrainOutcome } from '@recdistill/trainer'
import { join } from 'node:path'
import { referenceOf } from '../config/published/reference-of.ts'
import { configValues } from '../config/write.ts'
import type { Progress } from '../progress/progress.ts'
import { duration, short } from '../progress/format.ts'
import { version } from '../version.ts'
import { expectSameFiles, measureImported, untrained } from './imported-teacher.ts'
import { machineCard } from './machine-card.ts'
import { measureModel } from './measure-model.ts'
import { memberFolders } from './member-folders.ts'
import { methodModels } from './method-models.ts'
import { planModels, type Plan } from './plan.ts'
import { saveRankings } from './save-rankings.ts'
import { borrowTeacher, keepTeacher, takeTeacher, teacherPath } from './teacher-cache.ts'
import type { ModelFolder, RunFolder } from './run-folder.ts'
import { trainModel, type Setting } from './train-model.ts'

export interface Bench extends Setting {
  readonly folder: RunFolder
  readonly progress: Progress
  /** Folder of teachers and prepared data. */
  readonly cache: string
  /** A teacher that was trained elsewhere; owned by the caller. */
  readonly imported: ImportedTeacher | null
  /** Of the models to make; all when absent. */
  readonly roles?: readonly Role[]
}

/**
 * Trains and measures every model that is not finished in the folder, teacher first.
 * @returns Null when it was stopped before the end; everything done so far is in the folder.
 */
export async function runBench(bench: Bench): Promise<RunResult | null> {
  const { config, folder, engine, split, protocol, imported } = bench
  const startedAt = new Date()
  const before = folder.worked()
  folder.log({ type: 'started' })
  const plans = planModels(config).filter(({ role }) => bench.roles?.includes(role) ?? true)
  const models: ModelRun[] = []
  let teacher = imported?.model ?? null
  try {
    for (const [index, plan] of plans.entries()) {
      const at = folder.model(plan.id)
      if (plan.role === 'distilled' && teacher === null && at.finished() === null)
        teacher = frozenTeacher(folder.model('teacher'), bench)
      bench.progress.start(plan.id, { number: index + 1, of: plans.length })
      const earlier = at.finished()
      if (plan.role === 'teacher' && earlier !== null && imported !== null)
        expectSameFiles(earlier, imported.files)
      const run = earlier ?? (await oneModel(plan, at, teacher, bench))
      bench.progress.end()
      if (run === null) return null
      bench.progress.say(summary(run, protocol.select))
      // what teaches comes first, before those it is made of
      if (plan.members) models.unshift(run)
      else models.push(run)
      const taught = folder.model(taughtTeacher(plan).id).finished()
      if (taught !== null) models.push(taught)
    }
  } finally {
    bench.progress.end()
    if (imported === null) teacher?.dispose()
  }
  const reference = referenceOf(config)
  const { dataDir: _dataDir, cache: _cache, ...values } = configValues(config)
  return {
    schema: 1,
    version,
    startedAt: (before?.since ?? startedAt).toISOString(),
    seconds: (before?.seconds ?? 0) + (Date.now() - startedAt.getTime()) / 1000,
    config: values,
    machine: machineCard(engine),
    split: split.manifest,
    protocol,
    models,
    ...(reference && { reference }),
  }
}

async function oneModel(
  plan: Plan,
  at: ModelFolder,
  teacher: Model | null,
  bench: Bench,
): Promise<ModelRun | null> {
  const { folder, progress, imported } = bench
  if (plan.role === 'teacher' && imported !== null) return importedTeacher(plan, at, imported, bench)
  if (plan.members) return ensembleOf(plan, plan.members, at, bench)
  const earlier = plan.role === 'teacher' ? earlierTeacher(plan, at, bench) : null
  if (earlier !== null) {
    at.finish(earlier)
    folder.log({ model: plan.id, type: 'cached' })
    return earlier
  }
  const definition = plan.method && (await bench.catalogue.method(plan.method.reference))
  const models = definition && teacher && methodModels(definition, plan, { teacher, context: bench })
  const outcome = await trainModel(plan, bench, {
    folder: at,
    teacher,
    models,
    listen: (event) => {
      progress.event(event)
      if (event.type !== 'step') folder.log({ model: plan.id, ...event })
    },
  }).finally(() => models?.dispose())
  try {
    if (outcome.stopped === 'signal') {
      folder.log({ model: plan.id, type: 'stopped' })
      return null
    }
    const curve = at.timed(outcome.curve)
    const trained = { ...outcome, stopped: outcome.stopped, curve, seconds: secondsOf(curve, outcome) }
    const run = measureModel(plan, trained, bench)
    if (outcome.teacher && models?.learningTeacher)
      finishTeacher(plan, { ...trained, ...outcome.teacher }, { bench, optimizer: models.learningTeacher })
    if (bench.config.saveRankings)
      await saveRankings(outcome.model, bench, join(folder.path, 'rankings', `${at.name}.parquet`))
    at.finish(run)
    folder.log({ model: plan.id, type: 'finished', valid: run.valid, test: run.test })
    if (plan.role === 'teacher' && bench.config.reuseTeachers)
      keepTeacher(teacherPath(bench.cache, keyOf(plan, bench)), at.path, run)
    return run
  } finally {
    outcome.model.dispose()
    outcome.teacher?.model.dispose()
  }
}

/** Measured, and kept as a finished model of the run. */
async function importedTeacher(
  plan: Plan,
  at: ModelFolder,
  imported: ImportedTeacher,
  bench: Bench,
): Promise<ModelRun> {
  const { folder, config } = bench
  const run = measureImported(plan, imported, bench)
  if (config.saveRankings)
    await saveRankings(imported.model, bench, join(folder.path, 'rankings', `${at.name}.parquet`))
  at.finish(run)
  folder.log({ model: plan.id, type: 'imported', valid: run.valid, test: run.test })
  return run
}

/** Several teachers measured as one; their checkpoints stay in their own folders. */
async function ensembleOf(
  plan: Plan,
  members: readonly string[],
  at: ModelFolder,
  bench: Bench,
): Promise<ModelRun> {
  const { folder, config } = bench
  const model = ensembleTeacher(members.map((id) => frozenTeacher(folder.model(id), bench)))
  try {
    const measured = measureModel(plan, { ...untrained, model }, bench)
    const run = { ...measured, label: 'ensemble', backbone: { ...measured.backbone, params: { members } } }
    if (config.saveRankings)
      await saveRankings(model, bench, join(folder.path, 'rankings', `${at.name}.parquet`))
    at.finish(run)
    folder.log({ model: plan.id, type: 'ensemble', valid: run.valid, test: run.test })
    return run
  } finally {
    model.dispose()
  }
}

/** A teacher that was trained together with the student of `plan`, as a model of its own. */
function taughtTeacher(plan: Plan, model = plan.model): Plan {
  const [name, ...seed] = plan.id.split('#')
  return { ...plan, id: [`${name}-teacher`, ...seed].join('#'), role: 'teacher', model }
}

/** Measures it, and gives it a folder from which it can be used like any teacher. */
function finishTeacher(
  plan: Plan,
  trained: Parameters<typeof measureModel>[1],
  { bench, optimizer: { lr, weightDecay } }: { bench: Bench; optimizer: { lr: number; weightDecay: number } },
): void {
  // It was trained with the student's batches, not as the teacher it started from.
  const optimizer = { ...plan.model.optimizer, lr, weightDecay }
  const taught = taughtTeacher(plan, { ...bench.config.teacher, optimizer })
  const at = bench.folder.model(taught.id)
  const run = measureModel(taught, { ...trained, curve: trained.curve.map(ofTeacher) }, bench)
  at.take(join(bench.folder.model(plan.id).path, 'best-teacher.ckpt'), 'best.ckpt')
  at.finish({ ...run, label: `${plan.method?.name} (teacher)` })
}

function ofTeacher({ teacher, ...record }: RunRecord): RunRecord {
  const { valid: _valid, test: _test, best: _best, ...rest } = record
  return { ...rest, ...teacher }
}

/** Of all processes that took part; what an epoch had cost when its process was killed is not known and not counted. */
function secondsOf(curve: readonly RunRecord[], { seconds }: TrainOutcome): ModelRun['seconds'] {
  const sum = (part: 'lists' | 'steps' | 'evaluate') =>
    curve.reduce((all, epoch) => all + epoch.seconds[part], 0)
  const [lists, steps, evaluate] = [sum('lists'), sum('steps'), sum('evaluate')]
  const ofThisProcess = seconds.lists + seconds.steps + seconds.evaluate
  return { lists, steps, evaluate, total: seconds.total - ofThisProcess + lists + steps + evaluate }
}

/** A teacher of another run, or of the same content from the cache; never when training of this one has begun. */
function earlierTeacher(plan: Plan, at: ModelFolder, bench: Bench): ModelRun | null {
  const { config, cache } = bench
  if (config.teacherFrom !== null) return borrowTeacher(config.teacherFrom.from, at.path)
  if (!config.reuseTeachers || config.saveRankings || at.begun()) return null
  return takeTeacher(teacherPath(cache, keyOf(plan, bench)), at.path, plan.id)
}

function keyOf({ model, seed }: Plan, { config, engine, split, protocol }: Bench) {
  const { epochs, patience, validateEvery, followTest, snapshotEvery } = config
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
    ...(engine.driver === 'cpu' ? {} : { driver: engine.driver }),
  }
}

/** The trained teacher of a run, or several as one, as others learn from it; the caller disposes it. */
export function frozenTeacher(
  at: Pick<ModelFolder, 'path' | 'finished'>,
  { split, engine, catalogue }: { split: Bench['split']; engine: Engine; catalogue: Bench['catalogue'] },
): Model {
  const load = (path: string) =>
    loadModel({ checkpoint: join(path, 'best.ckpt'), split, engine, definitions: catalogue.backbones })
  const members = memberFolders(at)
  return members.length === 0 ? load(at.path) : ensembleTeacher(members.map(load))
}

function summary(run: ModelRun, select: string): string {
  if (run.imported)
    return `${run.id}: test ${select} ${short(run.test[select])} (imported: ${run.imported.form})`
  if (run.epochs === 0 && run.role === 'teacher')
    return `${run.id}: test ${select} ${short(run.test[select])} (all teachers together)`
  const how = run.cached ? 'from an earlier run' : `${run.epochs} epochs in ${duration(run.seconds.total)}`
  return `${run.id}: test ${select} ${short(run.test[select])}, best at epoch ${run.bestEpoch + 1} (${how})`
}
