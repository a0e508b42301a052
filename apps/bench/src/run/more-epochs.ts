import { InputError, type ModelRun } from '@recdistill/core'
import { moreEpochsProblem } from '@recdistill/trainer'
import { join } from 'node:path'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'
import { quoted, shownPath } from '../shown-path.ts'
import type { ModelFolder } from './model-folder.ts'
import { planModels, type Plan } from './plan.ts'
import type { RunFolder } from './run-folder.ts'
import { program } from '../program.ts'

interface Setting {
  readonly config: Config
  readonly catalogue: Catalogue
}

/** The record of a model that is done: one that ended with the last of its epochs is not, where the run has more of them now. */
export function doneModel(plan: Plan, at: ModelFolder, setting: Setting): ModelRun | null {
  const run = at.finished()
  return run !== null && !run.cached && hasMore(plan, run, setting) ? null : run
}

/**
 * Whether every model of a run can have as many epochs as the configuration says, with the result of a run that was started with them.
 * @throws InputError for the first that cannot.
 */
export async function checkMoreEpochs(folder: RunFolder, setting: Setting): Promise<void> {
  const { config } = setting
  const plans = planModels(config)
  const anew = `${program} bench --config ${quoted(join(shownPath(folder.path), 'config.yaml'))} --epochs ${config.epochs}`
  const refuse = (why: string) =>
    new InputError(`${folder.path}: cannot go on to ${config.epochs} epochs: ${why}; train anew: ${anew}`)
  for (const plan of plans) {
    const at = folder.model(plan.id)
    const run = at.finished()
    const more = run !== null && hasMore(plan, run, setting)
    if (more && run.cached && config.teacherFrom === null)
      throw refuse(`${plan.id} is of an earlier run, which ended it after ${run.epochs}`)
    if (more && !run.cached && !at.begun()) throw refuse(`the last.ckpt of ${plan.id} is not there`)
    const problem = run === null || (more && !run.cached) ? moreEpochsProblem(at.path, config.epochs) : null
    if (problem !== null) throw refuse(problem)
    if (more && config.tune !== null) throw refuse('settings were searched for fewer')
    const made = more && !run.cached ? await madeWith(plan, plans, { ...setting, folder }) : null
    if (made !== null) throw refuse(`${plan.id} would learn on, and ${made} was made with it as it is`)
  }
}

/** A model that depends on this one: taught by it, several teachers of which it is one, or started from it. */
async function madeWith(
  { role, seed }: Plan,
  plans: readonly Plan[],
  { folder, catalogue }: Setting & { readonly folder: RunFolder },
): Promise<string | null> {
  for (const other of plans) {
    const at = folder.model(other.id)
    if (!at.begun() && at.finished() === null) continue
    if (role === 'teacher' && (other.members || other.role === 'distilled')) return other.id
    const definition = other.method && (await catalogue.method(other.method.reference))
    if (role === 'scratch' && other.seed === seed && definition?.startsFrom === 'scratch') return other.id
  }
  return null
}

/** What is trained once, or not at all, has no use for more. */
function hasMore({ model }: Plan, run: ModelRun, { config, catalogue }: Setting): boolean {
  if (run.stopped !== 'epochs' || run.epochs === 0 || run.epochs >= config.epochs) return false
  return catalogue.backbones.find(model.backbone).trains !== 'once'
}
