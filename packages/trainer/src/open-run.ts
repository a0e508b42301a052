import { createRng, type Rng } from '@recdistill/core'
import type { Backbone, OptimizerOptions } from '@recdistill/plugin'
import { BestModel } from './best-model.ts'
import { checkOptions } from './check-options.ts'
import { batchesOf, type Batches } from './batches.ts'
import { checkBest, loadLast, paths, saveBest, saveLast } from './checkpoint.ts'
import { EarlyStopping } from './early-stopping.ts'
import { kdTerm } from './kd-term.ts'
import type { BackboneChoice, LearningTeacher, TrainOptions } from './options.ts'
import type { Progress, Settings } from './progress.ts'
import { settingsOf, settingsOfBackbone } from './settings.ts'
import type { KdTerm } from './term.ts'

/** One model in training: all that changes while it trains, and how to put it on disk. */
export interface Run {
  readonly model: Backbone
  /** Trained together with the model, and its best epoch so far. */
  readonly teacher: {
    readonly model: Backbone
    readonly stopping: EarlyStopping
    readonly best: BestModel
  } | null
  readonly batches: Batches
  readonly kd: KdTerm | null
  readonly progress: Progress
  readonly stopping: EarlyStopping
  readonly best: BestModel
  readonly resumed: boolean
  /** Writes both checkpoints; returns the path of the last one, null without a folder. */
  save(): string | null
  /** Keeps the parameters as they are after `epoch`. */
  snapshot(epoch: number): void
  dispose(): void
  /** When that was last done, or the run was opened, by `performance.now()`. */
  savedAt(): number
  /** Milliseconds that took; 0 before. */
  saveTook(): number
}

/** Makes the model and its data streams, or takes them up where `last.ckpt` left them. */
export function openRun(options: TrainOptions): Run {
  checkOptions(options)
  const { split, backbone, optimizer, method, engine, checkpoint } = options
  const folder = checkpoint?.folder ?? null
  const settings = settingsOf(options)
  const saved = folder === null ? null : loadLast(folder, settings)
  const learning = method?.learningTeacher ?? null
  if (folder !== null && saved === null) {
    checkBest(paths(folder).best, settings)
    if (learning) checkBest(paths(folder).bestTeacher, settingsOfTeacher(settings, learning))
  }
  const rng = createRng(options.seed)
  const model = create(options, backbone, optimizer, rng.fork('model'))
  const owned: { dispose(): void }[] = [model]
  const dispose = () => {
    for (const each of owned) each.dispose()
  }
  try {
    if (options.start) model.restore({ parameters: options.start })
    const teacherModel =
      learning &&
      create(
        options,
        learning.backbone,
        { ...optimizer, lr: learning.lr, weightDecay: learning.weightDecay },
        rng.fork('teacher'),
      )
    if (teacherModel) {
      owned.push(teacherModel)
      teacherModel.restore({ parameters: learning.start })
      teacherModel.begin()
    }
    const batches = batchesOf(backbone.definition, split, { ...optimizer, rng: rng.fork('pairs') })
    const kd =
      method &&
      kdTerm(method.definition, {
        params: method.params,
        lambda: method.lambda,
        student: model,
        teacher: teacherModel ?? method.teacher,
        trajectories: method.trajectories ?? [],
        learningTeacher: teacherModel,
        train: split.train,
        optimizer,
        engine,
        rng: rng.fork('kd'),
      })
    if (kd) owned.push(kd)
    const progress = saved?.progress ?? fresh()
    if (saved?.more && progress.finished === 'epochs' && backbone.definition.trains !== 'once')
      progress.finished = null
    const stopping = new EarlyStopping(options.patience, method?.definition.warmUp?.(method.params) ?? 0)
    stopping.best = progress.best
    stopping.waited = progress.waited
    const at = folder === null ? null : paths(folder)
    const best = new BestModel(at && at.best, settings)
    const teacher = teacherModel && {
      model: teacherModel,
      stopping: new EarlyStopping(Infinity),
      best: new BestModel(at && at.bestTeacher, settingsOfTeacher(settings, learning)),
    }
    if (teacher) teacher.stopping.best = progress.bestTeacher ?? null
    if (saved) {
      model.restore(saved.model)
      teacherModel?.restore(saved.teacher)
      kd?.restore(saved.arrays)
      if (progress.best) best.resume(progress.best)
      if (teacher && progress.bestTeacher) teacher.best.resume(progress.bestTeacher)
    }
    let savedAt = performance.now()
    let saveTook = 0
    const save = () => {
      if (folder === null) return null
      const began = performance.now()
      progress.best = stopping.best
      progress.waited = stopping.waited
      if (teacher) progress.bestTeacher = teacher.stopping.best
      if (kd?.readsEpochs()) progress.readsEpochs = true // last: it may come later than the others
      best.write()
      teacher?.best.write()
      const path = saveLast(folder, settings, progress, {
        model,
        teacher: teacherModel,
        kd: kd?.state() ?? {},
      })
      savedAt = performance.now()
      saveTook = savedAt - began
      return path
    }
    return {
      model,
      teacher,
      batches,
      kd,
      progress,
      stopping,
      best,
      resumed: saved !== null,
      save,
      snapshot(epoch) {
        if (at) saveBest(at.snapshot(epoch), settings, { epoch, value: null }, model.state().parameters)
      },
      dispose,
      savedAt: () => savedAt,
      saveTook: () => saveTook,
    }
  } catch (error) {
    dispose()
    throw error
  }
}

function create(
  { split, engine }: TrainOptions,
  { definition, dim, params }: BackboneChoice,
  { lr, weightDecay, sparse = false }: OptimizerOptions,
  rng: Rng,
): Backbone {
  const context = { split, dim, optimizer: { lr, weightDecay, sparse }, rng, engine, trainable: true }
  return definition.create(context, params)
}

/** So that a teacher's file tells, like any other, what backbone it holds. */
function settingsOfTeacher(settings: Settings, { backbone }: LearningTeacher): Settings {
  return { ...settings, backbone: settingsOfBackbone(backbone) }
}

function fresh(): Progress {
  return { epoch: 0, step: 0, sums: noSums(), best: null, waited: 0, curve: [], finished: null }
}

export function noSums(): Progress['sums'] {
  return { base: 0, kd: 0, pairs: 0, rows: 0 }
}
