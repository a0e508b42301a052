import { InputError } from '@recdistill/core'
import { checkMeasurable } from '@recdistill/metrics'
import { pairProblem, rowDimOf, sideOf, sideOfModel } from '@recdistill/plugin'
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
  whole('dim', backbone.dim, backbone.definition.sized === false ? 0 : 1)
  whole('epochs', rest.epochs, 1)
  whole('patience', rest.patience, 1)
  whole('validateEvery', rest.validateEvery, 1)
  whole('batch', optimizer.batch, 1)
  whole('negatives', optimizer.negatives, 1)
  finite('lr', optimizer.lr, true)
  finite('weightDecay', optimizer.weightDecay, false)
  if (method) finite('lambda', method.lambda, false)
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
  if (method) checkPair(split, backbone, method)
  if (rest.snapshotEvery) whole('snapshotEvery', rest.snapshotEvery, 1)
  if (rest.checkpoint && !(rest.checkpoint.everySeconds >= 0))
    throw new InputError(
      `train.checkpoint.everySeconds: expected a number >= 0, got ${rest.checkpoint.everySeconds}`,
    )
  if (!Number.isSafeInteger(rest.seed))
    throw new InputError(`train.seed: expected an integer, got ${rest.seed}`)
  if (split.train.items.length === 0)
    throw new InputError('train: the split has no training interactions; loosen its filters')
  // What each epoch measures, while nothing has been trained yet.
  if (split.valid.items.length > 0) checkMeasurable(split, rest.protocol, 'valid')
  if (rest.followTest) checkMeasurable(split, rest.protocol, 'test')
}

/** @throws InputError when the method cannot take knowledge from this teacher to this student. */
function checkPair(
  { numUsers, numItems, train }: TrainOptions['split'],
  { definition: student, dim }: TrainOptions['backbone'],
  { definition, params, teacher, learningTeacher, trajectories }: NonNullable<TrainOptions['method']>,
): void {
  const known = learningTeacher && sideOf(learningTeacher.backbone.definition, learningTeacher.backbone.dim)
  const given = { ...sideOfModel(teacher, 'given'), ...(trajectories && { trains: 'steps' as const }) }
  const pair = { student: sideOf(student, dim), teacher: known ?? given }
  const dims = { student: pair.student.rows, teacher: rowDimOf(teacher) }
  const problem = pairProblem(definition, params, pair, { numUsers, numItems, train, dims })
  if (problem !== null) throw new InputError(problem)
}
