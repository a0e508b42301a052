import { InputError, type ModelRun, type RunResult } from '@recdistill/core'
import { referenceOf } from '../config/published/reference-of.ts'
import { shareable } from '../config/shareable.ts'
import { configValues } from '../config/write.ts'
import { version } from '../version.ts'
import type { Bench } from './bench.ts'
import { frozenTeacher } from './frozen-teacher.ts'
import { expectSameFiles } from './imported-teacher.ts'
import { machineCard } from './machine-card.ts'
import { doneModel } from './more-epochs.ts'
import { planModels, type Plan } from './plan.ts'
import { runSummary } from './run-summary.ts'
import { taughtTeacher } from './taught-teacher.ts'
import { createTuner } from '../tune/create-tuner.ts'
import { shownPath } from '../shown-path.ts'
import { workTime } from './work-time.ts'
import { newModel } from './new-model.ts'

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
  const ending = bench.enough ? inTraining(plans, bench) : null
  const tuner = await createTuner(plans, bench)
  const models: ModelRun[] = []
  let teacher = imported?.model ?? null
  try {
    for (const [index, plan] of plans.entries()) {
      const at = folder.model(plan.id)
      const earlier = doneModel(plan, at, bench)
      if (plan.role === 'distilled' && teacher === null && earlier === null)
        teacher = frozenTeacher(folder.model('teacher'), bench)
      const place = { number: index + 1, of: plans.length }
      if (earlier !== null) bench.progress.start(plan.id, place)
      if (plan.role === 'teacher' && earlier !== null && imported !== null)
        expectSameFiles(earlier, imported.files)
      const attempt = { at, teacher, tuner, place, bench: { ...bench, enough: plan === ending } }
      const run = earlier ?? (await newModel(plan, attempt))
      bench.progress.end()
      if (run === null) return null
      bench.progress.say(runSummary(run, protocol.select))
      if (earlier?.failed !== undefined)
        bench.progress.say(`${plan.id}: not trained again; it would, once ${shownPath(at.path)} is deleted`)
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
  const found = tuner?.finish() ?? config
  const reference = referenceOf(config)
  return {
    schema: 1,
    version,
    ...workTime(before, startedAt),
    config: shareable(configValues(found)),
    machine: machineCard(engine),
    split: split.manifest,
    protocol,
    models,
    ...(reference && { reference }),
  }
}

/** @throws InputError where training of none has begun, or all are done. */
function inTraining(plans: readonly Plan[], bench: Bench): Plan {
  const { folder } = bench
  const plan = plans.find((each) => {
    const at = folder.model(each.id)
    return at.begun() && doneModel(each, at, bench) === null
  })
  if (plan) return plan
  throw new InputError(`${folder.path}: no model of it is in training; leave out --enough`)
}
