import type { TrainOutcome } from '@recdistill/trainer'
import type { Plan } from './plan.ts'
import type { Setting } from './setting.ts'
import { trainModel } from './train-model.ts'

/**
 * Trains a model to the end of an epoch, going on from its checkpoint; `stopped: 'signal'` where more epochs would have followed.
 * @returns Null when it was asked to stop before.
 */
export async function trainUntil(
  until: number,
  plan: Plan,
  setting: Setting,
  { listen, ...parts }: Parameters<typeof trainModel>[2],
): Promise<TrainOutcome | null> {
  let reached = false
  const signal = {
    get stop() {
      return reached || setting.signal.stop
    },
  }
  const outcome = await trainModel(
    plan,
    { ...setting, signal, enough: false },
    {
      ...parts,
      listen(event) {
        listen(event)
        if (event.type === 'resumed' && event.epoch >= until) reached = true
        if (event.type === 'epoch' && event.record.epoch + 1 >= until) reached = true
      },
    },
  )
  if (outcome.stopped !== 'signal' || reached) return outcome
  outcome.model.dispose()
  outcome.teacher?.model.dispose()
  return null
}
