import type { ModelRun } from '@recdistill/core'
import { beyondAndCold, evaluateParts } from '@recdistill/metrics'
import type { Model } from '@recdistill/plugin'
import type { TrainOutcome } from '@recdistill/trainer'
import type { Config } from '../config/config.ts'
import { measureLatency } from './latency.ts'
import type { Plan } from './plan.ts'
import type { Setting } from './setting.ts'

/** Per-user values of more users than this would make a result too large to open; the means stay. */
const mostUsersListed = 200_000

/** A trained model's numbers: quality on both parts, what it recommends, size and speed. */
export function measureModel(
  plan: Plan,
  outcome: Omit<TrainOutcome, 'model' | 'teacher' | 'stopped'> & {
    readonly model: Model
    readonly stopped: ModelRun['stopped']
  },
  { config, split, protocol }: Setting,
): ModelRun {
  const { model } = outcome
  const beyond = protocol.candidates.kind === 'catalogue'
  const { valid, test } = evaluateParts(model, split, protocol, ['valid', 'test'], { beyond })
  return {
    ...describePlan(plan, config),
    parameters: model.parameters,
    bytes: model.parameters * 4,
    epochs: outcome.epochs,
    bestEpoch: outcome.bestEpoch,
    stopped: outcome.stopped,
    cached: false,
    seconds: outcome.seconds,
    valid: valid.means,
    test: test.means,
    beyond: beyondAndCold(test),
    perUser: split.numUsers > mostUsersListed ? null : listed(test.perUser, protocol.select),
    ranking: measureLatency(model, split),
    curve: outcome.curve,
    checkpoint: outcome.checkpoint === null ? null : `${plan.id.replace('#', '-seed')}/best.ckpt`,
  }
}

/** What is known of a model before it is trained. */
export function describePlan({ id, role, seed, model, method, tried }: Plan, { sparseAdam }: Config) {
  const { backbone, reference, dim, params, optimizer } = model
  return {
    id,
    role,
    label: method?.name ?? (role === 'baseline' ? id : role),
    method: method === null ? null : { name: method.name, params: method.params, lambda: method.lambda },
    backbone: { name: backbone, dim, params },
    ...(reference !== undefined && { backboneFrom: reference }),
    optimizer: {
      lr: optimizer.lr,
      weightDecay: optimizer.weightDecay,
      batch: optimizer.batch,
      ...(sparseAdam && { sparse: true }),
    },
    seed,
    ...(tried !== undefined && { settingsTried: tried }),
  }
}

/** Typed arrays as JSON can carry them; recall, NDCG and what is selected by are what tests of significance are made on. */
function listed(
  perUser: Readonly<Record<string, Float64Array>>,
  select: string,
): Record<string, readonly number[]> {
  const kept = Object.entries(perUser).filter(([key]) => key === select || /^(recall|ndcg)@/.test(key))
  return Object.fromEntries(kept.map(([key, values]) => [key, Array.from(values)]))
}
