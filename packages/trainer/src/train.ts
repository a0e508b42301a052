import { InputError, isNumericError, NumericError, type RunRecord } from '@recdistill/core'
import type { Backbone } from '@recdistill/plugin'
import type { BestModel } from './best-model.ts'
import { paths } from './checkpoint.ts'
import { endEpoch, isValidated } from './end-epoch.ts'
import { openRun, type Run } from './open-run.ts'
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
    if (options.enough && progress.finished === null) {
      endByHand(run)
      yield* saved(run)
    }
    let stopped: TrainOutcome['stopped'] | null = progress.finished
    while (stopped === null) {
      const watch = new Stopwatch()
      // Whoever wants to stop at the end of an epoch says so when it is told of the epoch.
      if (options.signal?.stop || (yield* runSteps(run, options, watch))) {
        yield* saved(run)
        stopped = 'signal'
      } else {
        if (isValidated(options, progress.epoch))
          yield { type: 'phase', epoch: progress.epoch, phase: 'validation' }
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
        bestEpoch: bestEpoch(run.teacher, progress),
      },
      epochs: progress.curve.length,
      bestEpoch: bestEpoch(run, progress),
      seconds: { ...total.take(), total: (performance.now() - started) / 1000 },
      curve,
      checkpoint: options.checkpoint && paths(options.checkpoint.folder).best,
    }
  } catch (error) {
    if (!isNumericError(error)) throw error
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

/** @throws InputError where there is no best epoch to be the result. */
function endByHand({ best, stopping, progress }: Run): void {
  if (stopping.best === null || best.parameters === null)
    throw new InputError(
      'training cannot be ended where it stands: no validated epoch is kept yet; go on for an epoch',
    )
  progress.finished = 'hand'
}

/** The steps of the current epoch that are left. Returns true when asked to stop. */
function* runSteps(run: Run, options: TrainOptions, watch: Stopwatch): Generator<TrainEvent, boolean> {
  const { model, batches, kd, progress } = run
  const { epoch } = progress
  const { epochs, checkpoint, signal } = options
  yield { type: 'epoch-start', epoch, epochs, steps: batches.steps }
  watch.time('steps', () => batches.beginEpoch(epoch))
  if (kd && progress.step === 0) {
    yield { type: 'phase', epoch, phase: 'lists' }
    watch.time('lists', () => {
      model.begin()
      run.teacher?.model.begin()
      kd.beginEpoch(epoch)
    })
  }
  if (options.backbone.definition.trains === 'once') watch.time('steps', () => model.fit?.())
  let shownAt = performance.now()
  while (progress.step < batches.steps) {
    watch.time('steps', () => runStep(run, options))
    progress.step++
    if (signal?.stop) return true
    const now = performance.now()
    if (checkpoint && isSaveDue(now - run.savedAt(), run, checkpoint)) yield* saved(run)
    if (now - shownAt > 100) {
      shownAt = now
      yield { type: 'step', epoch, step: progress.step, steps: batches.steps }
    }
  }
  return false
}

/** At the pace that was asked for, but at most a tenth of the time goes into checkpoints: those of large tables take seconds. */
function isSaveDue(since: number, { saveTook }: Run, { everySeconds }: { everySeconds: number }): boolean {
  return since > Math.max(1000 * everySeconds, everySeconds === 0 ? 0 : 9 * saveTook())
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

/** The last one where none was validated. */
function bestEpoch({ stopping }: Pick<Run, 'stopping'>, { curve }: Run['progress']): number {
  return stopping.best?.epoch ?? Math.max(0, curve.length - 1)
}

function toBest(model: Backbone, { parameters }: BestModel): void {
  if (parameters) model.restore({ parameters })
  model.begin()
}

function* saved(run: Run): Generator<TrainEvent, void> {
  const path = run.save()
  if (path !== null) yield { type: 'checkpoint', path, epoch: run.progress.epoch, step: run.progress.step }
}

function finite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new NumericError(`the ${what} loss is ${value}`)
  return value
}
