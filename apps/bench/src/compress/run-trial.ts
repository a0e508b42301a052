import type { TrialJob, TrialProgress, TrialResult } from '@recdistill/compress'
import type { Catalogue } from '../catalogue.ts'
import type { Plan } from '../run/plan.ts'
import { methodModels } from '../run/method-models.ts'
import { foldersAt } from '../run/run-folder.ts'
import { trainUntil } from '../run/train-until.ts'
import { isOfOneModel } from '../run/failed-model.ts'
import { frozenTeacher } from '../run/frozen-teacher.ts'
import { expectSameFiles, openImported } from '../run/imported-teacher.ts'
import { startEngine } from '../run/start-engine.ts'
import { cacheFolder } from '../run/cache-folder.ts'
import { prepareSource } from '../run/source.ts'
import { line, type Io } from '../io.ts'
import { studentTables } from './deployed.ts'
import { measureCandidates } from './measure-candidates.ts'
import { configOf } from './plan.ts'

/** What a process is given to run: all that it takes, as plain data. */
export interface TrialFile {
  readonly schema: 1
  readonly job: TrialJob
  /** Of this student alone. */
  readonly config: Readonly<Record<string, unknown>>
  /** Folder of the compression: the teacher's model is in `teacher`, the student's in `trials/ID`. */
  readonly folder: string
}

export interface TrialOptions {
  readonly catalogue: Catalogue
  readonly io: Io
  readonly threads: number | null
  /** True once it has to stop; a checkpoint is left. */
  readonly signal: { stop: boolean }
  readonly onProgress: (progress: TrialProgress) => void
}

/**
 * Trains a student to the epoch its job names, going on from its checkpoint, and measures it in every precision. It reads the
 * training and the validation part, never the test part.
 * @returns Null when it was stopped.
 */
export async function runTrial(
  { job, config: values, folder }: TrialFile,
  { catalogue, io, threads, signal, onProgress }: TrialOptions,
): Promise<TrialResult | null> {
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  const { until, ...trial } = job
  const config = { ...(await configOf(values, catalogue)), threads }
  const warn = (text: string) => line(io.stderr, `recdistill: ${text}`)
  const cache = cacheFolder(config.source.cache, io.env)
  const split = await prepareSource(config.source, { cache, io })
  const protocol = catalogue.protocol(config.protocol)
  const engine = await startEngine(config, warn)
  const setting = { config, catalogue, split, protocol, engine, signal }
  const imported = await openImported(config, { split, engine, cache, say: () => undefined }).catch(
    (error: unknown) => {
      engine.dispose()
      throw error
    },
  )
  const teacherFolder = foldersAt(folder).model('teacher')
  const trials = foldersAt(`${folder}/trials`)
  const at = trials.model(trial.id)
  const owned: { dispose(): void }[] = []
  try {
    const teacher = imported?.model ?? frozenTeacher(teacherFolder, setting)
    owned.push(teacher)
    const measured = teacherFolder.finished()
    if (imported !== null && measured !== null) expectSameFiles(measured, imported.files)
    const [method] = config.methods
    const model = { ...config.student, optimizer: method.optimizer }
    const plan: Plan = { id: trial.id, role: 'distilled', seed: config.seeds[0], model, method }
    const definition = await catalogue.method(method.reference)
    const folders = { ...trials, model: (id: string) => (id === 'teacher' ? teacherFolder : at) }
    const models = methodModels(definition, plan, { teacher, context: { ...setting, folder: folders } })
    owned.push(models)
    const outcome = await trainUntil(until, plan, setting, {
      folder: at,
      teacher,
      models,
      listen(event) {
        if (event.type !== 'epoch') return
        onProgress({ epoch: event.record.epoch + 1, epochs: until, best: event.best?.value ?? null })
      },
    })
    if (outcome === null) return null
    owned.push(outcome.model)
    const tables = studentTables(outcome.model, trial.kind)
    if (tables === null) throw new RangeError(`${trial.kind}: has no vectors to deploy`)
    return {
      trial,
      epochs: outcome.epochs,
      bestEpoch: outcome.bestEpoch,
      // A rung may end with the epoch that was the last anyway.
      finished: outcome.stopped !== 'signal',
      columns: tables.columns,
      candidates: measureCandidates(tables, setting),
      seconds: seconds(),
    }
  } catch (error) {
    if (!isOfOneModel(error)) throw error
    const failed = { epochs: 0, bestEpoch: 0, finished: true, columns: 0, candidates: [] }
    return { trial, ...failed, failed: error.message, seconds: seconds() }
  } finally {
    for (const each of owned.reverse()) each.dispose()
    engine.dispose()
  }
}
