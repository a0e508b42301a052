import { createRng } from '@recdistill/core'
import type { Backbone } from '@recdistill/plugin'
import { BestModel } from './best-model.ts'
import { checkOptions } from './check-options.ts'
import { loadLast, saveLast, unprefixed, type Progress } from './checkpoint.ts'
import { EarlyStopping } from './early-stopping.ts'
import { kdTerm, type KdTerm } from './kd-term.ts'
import type { TrainOptions } from './options.ts'
import { pairBatches, type PairBatches } from './pair-batches.ts'
import { settingsOf } from './settings.ts'

/** One model in training: all that changes while it trains, and how to put it on disk. */
export interface Run {
  readonly model: Backbone
  readonly batches: PairBatches
  readonly kd: KdTerm | null
  readonly progress: Progress
  readonly stopping: EarlyStopping
  readonly best: BestModel
  readonly resumed: boolean
  /** Writes both checkpoints; returns the path of the last one, null without a folder. */
  save(): string | null
  /** When that was last done, or the run was opened, by `performance.now()`. */
  savedAt(): number
}

/** Makes the model and its data streams, or takes them up where `last.ckpt` left them. */
export function openRun(options: TrainOptions): Run {
  checkOptions(options)
  const { split, backbone, optimizer, method, engine, checkpoint } = options
  const folder = checkpoint?.folder ?? null
  const settings = settingsOf(options)
  const saved = folder === null ? null : loadLast(folder, settings)
  const rng = createRng(options.seed)
  const { definition, dim, params } = backbone
  const model = definition.create(
    { split, dim, optimizer, rng: rng.fork('model'), engine, trainable: true },
    params,
  )
  try {
    const batches = pairBatches(split, { ...optimizer, rng: rng.fork('pairs') })
    const kd =
      method &&
      kdTerm(method.definition, method.params, {
        lambda: method.lambda,
        teacher: method.teacher,
        student: model,
        train: split.train,
        batch: optimizer.batch,
        rng: rng.fork('kd'),
      })
    const progress = saved?.progress ?? fresh()
    const stopping = new EarlyStopping(options.patience)
    stopping.best = progress.best
    stopping.waited = progress.waited
    const best = new BestModel(folder, settings)
    if (saved) {
      model.restore({
        parameters: unprefixed('parameter.', saved.arrays),
        optimizer: unprefixed('optimizer.', saved.arrays),
        step: saved.optimizerStep,
      })
      kd?.restore(saved.arrays)
      if (progress.best) best.resume(progress.best)
    }
    let savedAt = performance.now()
    const save = () => {
      if (folder === null) return null
      progress.best = stopping.best
      progress.waited = stopping.waited
      best.write()
      const path = saveLast(folder, settings, progress, model, kd?.state() ?? {})
      savedAt = performance.now()
      return path
    }
    return {
      model,
      batches,
      kd,
      progress,
      stopping,
      best,
      resumed: saved !== null,
      save,
      savedAt: () => savedAt,
    }
  } catch (error) {
    model.dispose()
    throw error
  }
}

function fresh(): Progress {
  return { epoch: 0, step: 0, sums: noSums(), best: null, waited: 0, curve: [], finished: null }
}

export function noSums(): Progress['sums'] {
  return { base: 0, kd: 0, pairs: 0, rows: 0 }
}
