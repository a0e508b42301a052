import type { ModelRun, RunRecord } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import { ensembleTeacher } from '@recdistill/teachers'
import type { TrainOutcome } from '@recdistill/trainer'
import type { Bench } from './bench.ts'
import { earlierTeacher, keepForLater, measuredHere } from './earlier-teacher.ts'
import { finishModel } from './finish-model.ts'
import { frozenTeacher } from './frozen-teacher.ts'
import { measureImported, untrained } from './imported-teacher.ts'
import { measureModel } from './measure-model.ts'
import { methodModels } from './method-models.ts'
import type { Plan } from './plan.ts'
import { recordFailed } from './failed-model.ts'
import { secondsOfCurve } from './seconds-of-curve.ts'
import type { ModelFolder } from './model-folder.ts'
import { finishTaught } from './taught-teacher.ts'
import { trainModel } from './train-model.ts'
import type { Tuner } from '../tune/create-tuner.ts'

interface Attempt {
  readonly at: ModelFolder
  readonly teacher: Model | null
  readonly tuner: Tuner | null
  readonly place: { readonly number: number; readonly of: number }
  readonly bench: Bench
}

/** Trained and measured, with settings that are searched first where that is asked for. Null when it was stopped. */
export async function newModel(
  plan: Plan,
  { at, teacher, tuner, place, bench }: Attempt,
): Promise<ModelRun | null> {
  let suited: Plan | null = plan
  try {
    if (tuner) suited = await tuner.tuned(plan, { teacher, place })
    if (suited === null) return null
    // the search has trained it already
    const searched = suited.tried !== undefined && plan.seed === bench.config.seeds[0]
    bench.progress.start(plan.id, { ...place, brief: searched })
    return await oneModel(suited, at, teacher, bench)
  } catch (error) {
    return recordFailed(error, suited ?? plan, at, bench)
  }
}

async function oneModel(
  plan: Plan,
  at: ModelFolder,
  teacher: Model | null,
  bench: Bench,
): Promise<ModelRun | null> {
  const { folder, progress, imported } = bench
  if (plan.role === 'teacher' && imported !== null) {
    const run = measureImported(plan, imported, bench)
    return finishModel('imported', run, { at, model: imported.model, bench })
  }
  if (plan.members) return ensembleOf(plan, plan.members, at, bench)
  const earlier = plan.role === 'teacher' ? earlierTeacher(plan, at, bench) : null
  if (earlier !== null) {
    const model = frozenTeacher(at, bench)
    try {
      return await finishModel('cached', measuredHere(earlier, plan, { at, model, bench }), {
        at,
        model,
        bench,
      })
    } finally {
      model.dispose()
    }
  }
  const definition = plan.method && (await bench.catalogue.method(plan.method.reference))
  const models = definition && teacher && methodModels(definition, plan, { teacher, context: bench })
  const outcome = await trainModel(plan, bench, {
    folder: at,
    teacher,
    models,
    listen: (event) => {
      progress.event(event)
      if (event.type !== 'step' && event.type !== 'phase') folder.log({ model: plan.id, ...event })
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
      await finishTaught(
        plan,
        { ...trained, ...outcome.teacher },
        { bench, optimizer: models.learningTeacher },
      )
    await finishModel('finished', run, { at, model: outcome.model, bench })
    keepForLater(plan, at, run, bench)
    return run
  } finally {
    outcome.model.dispose()
    outcome.teacher?.model.dispose()
  }
}

/** Several teachers measured as one; their checkpoints stay in their own folders. */
async function ensembleOf(
  plan: Plan,
  members: readonly string[],
  at: ModelFolder,
  bench: Bench,
): Promise<ModelRun> {
  const model = ensembleTeacher(members.map((id) => frozenTeacher(bench.folder.model(id), bench)))
  try {
    const measured = measureModel(plan, { ...untrained, model }, bench)
    const run = { ...measured, label: 'ensemble', backbone: { ...measured.backbone, params: { members } } }
    return await finishModel('ensemble', run, { at, model, bench })
  } finally {
    model.dispose()
  }
}

/** Of all processes that took part. */
function secondsOf(curve: readonly RunRecord[], { seconds }: TrainOutcome): ModelRun['seconds'] {
  const all = secondsOfCurve(curve)
  const ofThisProcess = seconds.lists + seconds.steps + seconds.evaluate
  return { ...all, total: seconds.total - ofThisProcess + all.total }
}
