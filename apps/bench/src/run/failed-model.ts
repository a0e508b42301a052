import { isNumericError, type ModelRun, type NumericError } from '@recdistill/core'
import type { Bench } from './bench.ts'
import { describePlan } from './measure-model.ts'
import { UnfitTeacher } from './method-models.ts'
import type { ModelFolder } from './model-folder.ts'
import type { Plan } from './plan.ts'
import { secondsOfCurve } from './seconds-of-curve.ts'

/**
 * Writes down that a model's training met NaN or infinity, or could not begin with the teacher as it is, in place of its numbers, where the
 * run is to keep going. It stays so: trained again, it would end the same.
 * @throws The error itself, where it is another, where it ends the run, and of a teacher, from which others learn.
 */
export function recordFailed(
  error: unknown,
  plan: Plan,
  at: ModelFolder,
  { config, folder }: Bench,
): ModelRun {
  if (!config.keepGoing || plan.role === 'teacher' || !isOfOneModel(error)) throw error
  const speaker = `${plan.method?.name ?? plan.model.backbone}: `
  const reason = error.message.startsWith(speaker) ? error.message.slice(speaker.length) : error.message
  // as everywhere in a result: places are told from the folder of the run
  const failed = reason.replaceAll(at.path, at.name)
  const curve = at.curve()
  const run: ModelRun = {
    ...describePlan(plan, config),
    parameters: 0,
    bytes: 0,
    epochs: curve.length,
    bestEpoch: Math.max(
      0,
      curve.findLastIndex(({ best }) => best === true),
    ),
    stopped: 'failed',
    cached: false,
    seconds: secondsOfCurve(curve),
    valid: {},
    test: {},
    beyond: {},
    perUser: null,
    ranking: null,
    curve,
    checkpoint: null,
    failed,
  }
  at.finish(run)
  folder.log({ model: plan.id, type: 'failed', failed })
  return run
}

/** Whether what ended a model says nothing against the others. */
export function isOfOneModel(error: unknown): error is NumericError | UnfitTeacher {
  return isNumericError(error) || error instanceof UnfitTeacher
}
