import type { RunRecord } from '@recdistill/core'
import { evaluateParts } from '@recdistill/metrics'
import type { Backbone } from '@recdistill/plugin'
import { noSums, type Run } from './open-run.ts'
import type { TrainOptions } from './options.ts'
import type { CurvePoint } from './progress.ts'
import type { Stopwatch } from './stopwatch.ts'

/** Whether this epoch ends with a validation. */
export function isValidated(options: TrainOptions, epoch: number): boolean {
  const { split, validateEvery } = options
  return split.valid.items.length > 0 && ((epoch + 1) % validateEvery === 0 || isLast(options, epoch))
}

function isLast({ epochs, backbone }: TrainOptions, epoch: number): boolean {
  return epoch + 1 === epochs || backbone.definition.trains === 'once'
}

/** Validates when it is due, records the epoch and decides whether it was the last. */
export function endEpoch(run: Run, options: TrainOptions, watch: Stopwatch): RunRecord {
  const { model, teacher, kd, progress, stopping } = run
  const { epoch, sums } = progress
  const last = isLast(options, epoch)
  const validated = isValidated(options, epoch)
  const measured = validated ? watch.time('evaluate', () => measure(model, options)) : {}
  const isBest = measured.valid !== undefined && stopping.record(epoch, selected(measured.valid, options))
  if (isBest && stopping.best) run.best.keep(stopping.best, model.state().parameters)
  if (last && stopping.best === null) run.best.keep({ epoch, value: null }, model.state().parameters)
  const ofTeacher =
    teacher && validated ? watch.time('evaluate', () => measureTeacher(teacher, options, epoch)) : null
  if (options.snapshotEvery && (epoch + 1) % options.snapshotEvery === 0) run.snapshot(epoch)
  const loss = { base: sums.base / Math.max(1, sums.pairs), ...(kd ? { kd: sums.kd / sums.rows } : {}) }
  const point = {
    epoch,
    loss,
    ...measured,
    ...(isBest ? { best: true } : {}),
    ...(ofTeacher && { teacher: ofTeacher }),
  }
  progress.curve.push(point)
  progress.epoch++
  progress.step = 0
  progress.sums = noSums()
  if (stopping.over) progress.finished = 'patience'
  else if (last) progress.finished = 'epochs'
  return { ...point, seconds: watch.take() }
}

/** The teacher's own validation, by which the best of it is kept; the student alone decides when to stop. */
function measureTeacher(
  { model, stopping, best }: NonNullable<Run['teacher']>,
  options: TrainOptions,
  epoch: number,
): CurvePoint['teacher'] {
  const measured = measure(model, options)
  const isBest = measured.valid !== undefined && stopping.record(epoch, selected(measured.valid, options))
  if (isBest && stopping.best) best.keep(stopping.best, model.state().parameters)
  return { ...measured, ...(isBest ? { best: true } : {}) }
}

function measure(
  model: Backbone,
  { split, protocol, followTest }: TrainOptions,
): Pick<RunRecord, 'valid' | 'test'> {
  model.begin()
  const { valid, test } = evaluateParts(model, split, protocol, followTest ? ['valid', 'test'] : ['valid'])
  return { ...(valid ? { valid: valid.means } : {}), ...(test ? { test: test.means } : {}) }
}

function selected(valid: Readonly<Record<string, number>>, { protocol }: TrainOptions): number {
  const value = valid[protocol.select]
  if (value === undefined)
    throw new RangeError(
      `protocol ${protocol.name}: selects by ${protocol.select}, measured are ${Object.keys(valid).join(', ')}`,
    )
  return value
}
