import type { EvalProtocol, RunRecord, Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import type { AnyMethod, Backbone, BackboneDefinition, Model } from '@recdistill/plugin'

export interface BackboneChoice {
  readonly definition: BackboneDefinition
  readonly dim: number
  readonly params: Readonly<Record<string, unknown>>
}

/** A teacher that is trained together with its student. */
export interface LearningTeacher {
  readonly backbone: BackboneChoice
  readonly lr: number
  readonly weightDecay: number
  /** Parameters to start from. */
  readonly start: Readonly<Record<string, Float32Array>>
}

export interface TrainOptions {
  readonly split: Split
  readonly protocol: EvalProtocol
  readonly backbone: BackboneChoice
  readonly optimizer: {
    readonly lr: number
    readonly weightDecay: number
    /**
     * A step of Adam is for the rows that have a gradient in it alone: for tables of so many rows that a pass over all of them takes longer
     * than the batch. Not what the papers do, whose L2 reaches every row in every step.
     */
    readonly sparse?: boolean
    /** Training pairs a step. */
    readonly batch: number
    /** Unseen items drawn for each pair, anew every epoch. */
    readonly negatives: number
  }
  /** `total = base + lambda * kd`; null trains without a teacher. */
  readonly method: {
    readonly definition: AnyMethod
    readonly params: Readonly<Record<string, unknown>>
    readonly lambda: number
    /** Constant, unless the method trains it: then `learningTeacher` says what it is and where it starts. */
    readonly teacher: Model
    readonly learningTeacher?: LearningTeacher
    /** Snapshots of every teacher's training, earliest first, for methods that ask for a trajectory. */
    readonly trajectories?: readonly (readonly Model[])[]
  } | null
  /** Parameters to start from instead of random ones. */
  readonly start?: Readonly<Record<string, Float32Array>>
  readonly epochs: number
  /** Validations without a strict improvement after which training stops; a split without a validation part runs all epochs. */
  readonly patience: number
  /** Epochs between validations. */
  readonly validateEvery: number
  readonly seed: number
  readonly engine: Engine
  /**
   * Writes `last.ckpt` and `best.ckpt` there, and goes on from `last.ckpt` when it is there; with every step for 0 seconds, otherwise less often
   * where writing would take more than a tenth of the time.
   */
  readonly checkpoint: { readonly folder: string; readonly everySeconds: number } | null
  /** Keeps the parameters of every n-th epoch in `epoch-NNNN.ckpt` beside the checkpoints: a trajectory to teach from. */
  readonly snapshotEvery?: number | null
  /** Measures the test part at each validation too, for learning curves; never used to choose. */
  readonly followTest?: boolean
  /** Polled at every step and between epochs: when `stop` is true a checkpoint is saved and training returns. */
  readonly signal?: { readonly stop: boolean }
  /** Ends training that is resumed where it stands: no step more, and the best epoch so far is the result. */
  readonly enough?: boolean
}

/** What happens, as data: the app prints it. */
export type TrainEvent =
  | { readonly type: 'resumed'; readonly epoch: number; readonly step: number }
  | { readonly type: 'epoch-start'; readonly epoch: number; readonly epochs: number; readonly steps: number }
  /** What follows takes a while and says nothing before it ends. */
  | { readonly type: 'phase'; readonly epoch: number; readonly phase: 'lists' | 'validation' }
  /** About ten a second. */
  | { readonly type: 'step'; readonly epoch: number; readonly step: number; readonly steps: number }
  | {
      readonly type: 'epoch'
      readonly record: RunRecord
      readonly best: { readonly epoch: number; readonly value: number } | null
      readonly patienceLeft: number
    }
  | { readonly type: 'checkpoint'; readonly path: string; readonly epoch: number; readonly step: number }

export interface TrainOutcome {
  readonly stopped: 'patience' | 'epochs' | 'hand' | 'signal'
  /** With the parameters of the best epoch; the caller disposes it. */
  readonly model: Backbone
  /** The teacher that was trained as well, with the parameters of its own best epoch; the caller disposes it. */
  readonly teacher: { readonly model: Backbone; readonly bestEpoch: number } | null
  /** Epochs run. */
  readonly epochs: number
  readonly bestEpoch: number
  /** Of this call alone: a checkpoint holds no times, so epochs run before a resume count 0 here and in `curve`. */
  readonly seconds: {
    readonly lists: number
    readonly steps: number
    readonly evaluate: number
    readonly total: number
  }
  readonly curve: readonly RunRecord[]
  /** Path of `best.ckpt`; null without a checkpoint folder. */
  readonly checkpoint: string | null
}
