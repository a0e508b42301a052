import { NumericError, type RunRecord } from '@recdistill/core'
import { evaluateParts } from '@recdistill/metrics'
import type { Backbone } from '@recdistill/plugin'
import type { BestModel } from './best-model.ts'
import { paths, type CurvePoint } from './checkpoint.ts'
import { noSums, openRun, type Run } from './open-run.ts'
import type { TrainEvent, TrainOptions, TrainOutcome } from './options.ts'
import { Stopwatch } from './stopwatch.ts'

/**
 * Trains one model: the only training loop. Each epoch draws negatives, lets the method draw its lists from the student as
 * it stands, and goes through all pairs in random order; validation stops it (spec 2.1, 6.2).
 *
 * Everything random is a function of seed, epoch and user or pair, so a run that was killed and resumed, or ran on another
 * number of threads, ends with the same bytes.
 * @throws InputError for settings or a checkpoint that cannot be used; NumericError when training meets NaN or infinity.
 */
export function* train(options: TrainOptions): Generator<TrainEvent, TrainOutcome> {
  const run = openRun(options)
  const { progress } = run
  const started = performance.now()
  const total = new Stopwatch()
  let handedOver = false
  const curve = progress.curve.map((point): RunRecord => ({ ...point, seconds: new Stopwatch().take() }))
  try {
    if (run.resumed) yield { type: 'resumed', epoch: progress.epoch, step: progress.step }
    let stopped: TrainOutcome['stopped'] | null = progress.finished
    while (stopped === null) {
      const watch = new Stopwatch()
      // Whoever wants to stop at the end of an epoch says so when it is told of the epoch.
      if (options.signal?.stop || (yield* runSteps(run, options, watch))) {
        yield* saved(run)
        stopped = 'signal'
      } else {
        const record = endEpoch(run, options, watch)
        curve.push(record)
        yield {
          type: 'epoch',
          record,
          best: run.stopping.best,
          patienceLeft: options.patience - run.stopping.waited,
        }
        if (progress.finished) yield* saved(run)
        stopped = progress.finished
      }
      total.add(watch)
    }
    toBest(run.model, run.best)
    if (run.teacher) toBest(run.teacher.model, run.teacher.best)
    handedOver = true
    run.kd?.dispose()
    return {
      stopped,
      model: run.model,
      teacher: run.teacher && {
        model: run.teacher.model,
        bestEpoch: run.teacher.stopping.best?.epoch ?? Math.max(0, progress.curve.length - 1),
      },
      epochs: progress.curve.length,
      bestEpoch: run.stopping.best?.epoch ?? Math.max(0, progress.curve.length - 1),
      seconds: { ...total.take(), total: (performance.now() - started) / 1000 },
      curve,
      checkpoint: options.checkpoint && paths(options.checkpoint.folder).best,
    }
  } catch (error) {
    if (!(error instanceof NumericError)) throw error
    run.best.write()
    run.teacher?.best.write()
    const { definition } = options.method ?? options.backbone
    const place = `${definition.name}: ${error.message}, at epoch ${progress.epoch + 1}, step ${progress.step + 1}`
    const kept =
      options.checkpoint && run.stopping.best
        ? `; the best model so far is kept in ${options.checkpoint.folder}`
        : ''
    const advice =
      progress.epoch === 0 && progress.step === 0
        ? 'no step was taken before, so look at what goes into the loss, e.g. a logarithm of 0 or an infinite score'
        : 'lower the learning rate or lambda'
    throw new NumericError(`${place}${kept}; ${advice}`)
  } finally {
    if (!handedOver) run.dispose() // after an error, or when the caller left the loop
  }
}

/** The steps of the current epoch that are left. Returns true when asked to stop. */
function* runSteps(run: Run, options: TrainOptions, watch: Stopwatch): Generator<TrainEvent, boolean> {
  const { model, batches, kd, progress } = run
  const { epoch } = progress
  const { epochs, checkpoint, signal } = options
  yield { type: 'epoch-start', epoch, epochs, steps: batches.steps }
  watch.time('steps', () => batches.beginEpoch(epoch))
  if (kd && progress.step === 0)
    watch.time('lists', () => {
      model.begin()
      run.teacher?.model.begin()
      kd.beginEpoch(epoch)
    })
  if (options.backbone.definition.trains === 'once') watch.time('steps', () => model.fit?.())
  let shownAt = performance.now()
  while (progress.step < batches.steps) {
    watch.time('steps', () => runStep(run, options))
    progress.step++
    if (signal?.stop) return true
    const now = performance.now()
    if (checkpoint && now - run.savedAt() > checkpoint.everySeconds * 1000) yield* saved(run)
    if (now - shownAt > 100) {
      shownAt = now
      yield { type: 'step', epoch, step: progress.step, steps: batches.steps }
    }
  }
  return false
}

function runStep({ model, teacher, batches, kd, progress }: Run, { epochs, method }: TrainOptions): void {
  const { epoch, step, sums } = progress
  const batch = batches.at(step)
  model.begin(batch.rng)
  teacher?.model.begin(batch.rng)
  if (method?.definition.base?.(method.params) ?? true) {
    sums.base += finite(model.base(batch), 'base')
    if (teacher) finite(teacher.model.base(batch), 'base')
  }
  sums.pairs += batch.users.length
  if (kd) {
    const { loss, rows } = kd.step(batch, { epoch, epochs, step, steps: batches.steps })
    sums.kd += finite(loss, 'distillation')
    sums.rows += rows
  }
  model.update()
  teacher?.model.update()
  kd?.update()
}

/** Validates when it is due, records the epoch and decides whether it was the last. */
function endEpoch(run: Run, options: TrainOptions, watch: Stopwatch): RunRecord {
  const { model, teacher, kd, progress, stopping } = run
  const { epoch, sums } = progress
  const last = epoch + 1 === options.epochs || options.backbone.definition.trains === 'once'
  const validated =
    options.split.valid.items.length > 0 && ((epoch + 1) % options.validateEvery === 0 || last)
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

function toBest(model: Backbone, { parameters }: BestModel): void {
  if (parameters) model.restore({ parameters })
  model.begin()
}

function* saved(run: Run): Generator<TrainEvent, void> {
  const path = run.save()
  if (path !== null) yield { type: 'checkpoint', path, epoch: run.progress.epoch, step: run.progress.step }
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

function finite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new NumericError(`the ${what} loss is ${value}`)
  return value
}
