import type { EvalProtocol } from './protocol.ts'
import type { SplitManifest } from './split.ts'

/** Metric name with cut-off, e.g. `recall@10`, to value. */
export type Metrics = Readonly<Record<string, number>>

/** One epoch of one model: a JSON line of its log, a point of its learning curve. */
export interface RunRecord {
  /** From 0; what people read counts from 1. */
  readonly epoch: number
  /** Sums over the epoch's rows divided by the number of rows. `kd` is before lambda; absent without a method. */
  readonly loss: { readonly base: number; readonly kd?: number }
  readonly seconds: { readonly lists: number; readonly steps: number; readonly evaluate: number }
  /** Present when this epoch was validated. */
  readonly valid?: Metrics
  /** Present when the run also follows the test part, for learning curves; never used to choose. */
  readonly test?: Metrics
  readonly best?: boolean
  /** Of a teacher that is trained together with the student. */
  readonly teacher?: { readonly valid?: Metrics; readonly test?: Metrics; readonly best?: boolean }
}

/** Where a model comes from that was trained elsewhere, and how its ids and those of the data belong together. */
export interface ImportedModel {
  /** What it is, in words, e.g. `top-K lists`. */
  readonly form: string
  /** What opens it again: paths and names as they were given. */
  readonly source: Readonly<Record<string, unknown>>
  readonly files: readonly { readonly file: string; readonly bytes: number; readonly sha256: string }[]
  /** Of the data's users and items: how many it knows, how many not; and how many of its own the data does not have. */
  readonly users: { readonly known: number; readonly missing: number; readonly unused: number }
  readonly items: { readonly known: number; readonly missing: number; readonly unused: number }
  /** What a reader should know of it, a sentence each. */
  readonly notes: readonly string[]
  /** Those of the notes that cast doubt on its numbers and on those of its students. */
  readonly traps?: readonly string[]
}

export type Role = 'teacher' | 'scratch' | 'distilled' | 'baseline'

/** Values of what was searched, and how good a model was with them. */
export interface TriedSetting {
  readonly values: Readonly<Record<string, unknown>>
  /** What models are selected by, on validation data; null where training failed. */
  readonly valid: number | null
  readonly epochs: number
  /** Whether these are the values of the configuration. */
  readonly configured?: boolean
}

/** One trained and measured model. */
export interface ModelRun {
  /** Unique in a result: `teacher`, `scratch`, `rrd`, ... with `#seed` after it for seeds beyond the first. */
  readonly id: string
  readonly role: Role
  /** Label in tables: the method's name, `teacher` or `scratch`. */
  readonly label: string
  readonly method: {
    readonly name: string
    readonly params: Readonly<Record<string, unknown>>
    readonly lambda: number
  } | null
  readonly backbone: {
    readonly name: string
    readonly dim: number
    readonly params: Readonly<Record<string, unknown>>
  }
  /** The file or package that brought its backbone; absent where it is built in. */
  readonly backboneFrom?: string
  readonly optimizer: {
    readonly lr: number
    readonly weightDecay: number
    readonly batch: number
    /** A step of Adam was for the rows with a gradient alone; absent: for all. */
    readonly sparse?: boolean
  }
  readonly seed: number
  /** Of a model that was trained elsewhere 0 where it is not known. */
  readonly parameters: number
  readonly bytes: number
  /** How many were run. */
  readonly epochs: number
  /** The one that was kept, from 0. */
  readonly bestEpoch: number
  /** By early stopping, after all epochs, ended by hand where it stood, or by NaN or infinity. */
  readonly stopped: 'patience' | 'epochs' | 'hand' | 'failed'
  /** True when the model came from the cache of teachers and its training seconds are of an earlier run. */
  readonly cached: boolean
  readonly seconds: {
    readonly lists: number
    readonly steps: number
    readonly evaluate: number
    readonly total: number
  }
  readonly valid: Metrics
  readonly test: Metrics
  /** Metrics that need no truth (coverage, novelty, gini, popularity lift), and those of cold items where kept apart. */
  readonly beyond: Metrics
  /** Test metrics of each user with truth, in the order of their ids, for tests of significance; null of very many users. */
  readonly perUser: Readonly<Record<string, readonly number[]>> | null
  readonly ranking: { readonly usersPerSecond: number; readonly microsecondsPerUser: number } | null
  readonly curve: readonly RunRecord[]
  readonly checkpoint: string | null
  /** Its own settings were the best of these; absent where they were not searched. */
  readonly settingsTried?: readonly TriedSetting[]
  /** Present when the model was not trained here. */
  readonly imported?: ImportedModel
  /** Why there is no model, in one line: its training met NaN or infinity. It was not measured; its metrics are empty. */
  readonly failed?: string
}

export interface MachineCard {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly platform: string
  readonly node: string
  readonly engine: {
    readonly driver: string
    readonly threads: number
    readonly simd: 'relaxed' | 'simd' | 'none'
  }
}

/** Numbers of others for the same experiment, printed beside ours. */
export interface Reference {
  /** Where they come from, in words. */
  readonly source: string
  /** What a reader must know to compare, e.g. where the experiment differs. */
  readonly notes?: readonly string[]
  /** By label of a model, then by metric. */
  readonly values: Readonly<Record<string, Metrics>>
}

/** What one `recdistill bench` found: every table and the report can be rebuilt from it alone. */
export interface RunResult {
  readonly schema: 1
  readonly version: string
  readonly startedAt: string
  readonly seconds: number
  readonly config: Readonly<Record<string, unknown>>
  readonly machine: MachineCard
  readonly split: SplitManifest
  readonly protocol: EvalProtocol
  readonly models: readonly ModelRun[]
  /** Present when the run repeats a published experiment. */
  readonly reference?: Reference
}
