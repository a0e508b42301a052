import { InputError } from '@recdistill/core'
import type { TrainOptions } from './options.ts'

/** @throws InputError for the first setting that cannot be trained with. */
export function checkOptions({ split, backbone, optimizer, method, ...rest }: TrainOptions): void {
  const whole = (name: string, value: number, least: number) => {
    if (!Number.isInteger(value) || value < least)
      throw new InputError(`train.${name}: expected an integer >= ${least}, got ${value}`)
  }
  const finite = (name: string, value: number, positive: boolean) => {
    if (!Number.isFinite(value) || value < 0 || (positive && value === 0))
      throw new InputError(`train.${name}: expected a number ${positive ? '> 0' : '>= 0'}, got ${value}`)
  }
  whole('dim', backbone.dim, 1)
  whole('epochs', rest.epochs, 1)
  whole('patience', rest.patience, 1)
  whole('validateEvery', rest.validateEvery, 1)
  whole('batch', optimizer.batch, 1)
  whole('negatives', optimizer.negatives, 1)
  finite('lr', optimizer.lr, true)
  finite('weightDecay', optimizer.weightDecay, false)
  if (method) finite('lambda', method.lambda, false)
  if (method && backbone.definition.trains === 'once')
    throw new InputError(
      `${backbone.definition.name}: it is trained at once and takes no steps, so it can teach but not be a student; use one such as mf`,
    )
  if (method?.definition.teacherLoss && !method.learningTeacher)
    throw new InputError(
      `${method.definition.name}: it trains the teacher too, so the teacher must be given as a model to be trained (method.learningTeacher)`,
    )
  const wanted = method?.definition.trajectory?.(method.params) ?? 0
  const given = method?.trajectories ?? []
  if (wanted > 0 && (given.length === 0 || given.some((snapshots) => snapshots.length !== wanted)))
    throw new InputError(
      `${method?.definition.name}: it needs ${wanted} snapshots of every teacher's training, got ${given.map(({ length }) => length).join(', ') || 'none'}`,
    )
  if (rest.snapshotEvery) whole('snapshotEvery', rest.snapshotEvery, 1)
  if (rest.checkpoint && !(rest.checkpoint.everySeconds >= 0))
    throw new InputError(
      `train.checkpoint.everySeconds: expected a number >= 0, got ${rest.checkpoint.everySeconds}`,
    )
  if (!Number.isSafeInteger(rest.seed))
    throw new InputError(`train.seed: expected an integer, got ${rest.seed}`)
  if (split.train.items.length === 0)
    throw new InputError('train: the split has no training interactions; loosen its filters')
}
