import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, isNumericError } from '@recdistill/core'
import { writeFileAtomic } from '@recdistill/core/files'
import type { Model } from '@recdistill/plugin'
import type { Bench } from '../run/bench.ts'
import { methodModels } from '../run/method-models.ts'
import type { ModelFolder } from '../run/model-folder.ts'
import type { Plan } from '../run/plan.ts'
import { trainUntil } from '../run/train-until.ts'

/** How good a setting is after some epochs. */
export interface Tried {
  /** Of validation data, at the best epoch so far; null where training failed. */
  readonly valid: number | null
  /** Epochs it has been trained. */
  readonly epochs: number
  /** Whether more epochs would change nothing. */
  readonly finished: boolean
  readonly failed?: string
}

/**
 * Trains a student up to an epoch, going on from its checkpoint; what came out is kept in its folder. Validation data alone is
 * looked at.
 * @returns Null when it was stopped.
 */
export async function trySetting(
  plan: Plan,
  until: number,
  { at, teacher, bench }: { at: ModelFolder; teacher: Model | null; bench: Bench },
): Promise<Tried | null> {
  const path = join(at.path, `result-${until}.json`)
  const known = kept(path)
  if (known !== null) return known
  const definition = plan.method && (await bench.catalogue.method(plan.method.reference))
  const models = definition && teacher && methodModels(definition, plan, { teacher, context: bench })
  let tried: Tried
  try {
    const outcome = await trainUntil(until, plan, bench, {
      folder: at,
      teacher,
      models,
      listen: (event) => bench.progress.event(event),
    })
    if (outcome === null) return null
    outcome.model.dispose()
    outcome.teacher?.model.dispose()
    const best = outcome.curve.find(({ epoch }) => epoch === outcome.bestEpoch)
    tried = {
      valid: best?.valid?.[bench.protocol.select] ?? null,
      epochs: outcome.epochs,
      finished: outcome.stopped !== 'signal',
    }
  } catch (error) {
    if (!isNumericError(error)) throw error
    tried = { valid: null, epochs: 0, finished: true, failed: error.message }
  } finally {
    models?.dispose()
  }
  writeFileAtomic(path, JSON.stringify(tried))
  return tried
}

function kept(path: string): Tried | null {
  if (!existsSync(path)) return null
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Tried
  } catch {
    throw new InputError(`${path}: not readable as JSON; delete it, and the setting is measured again`)
  }
}
