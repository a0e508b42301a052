import type { Range } from '@recdistill/compress'
import type { DataRequestInput } from '@recdistill/data'
import type { Device } from '@recdistill/engine'
import type { TeacherSource } from '@recdistill/teachers'
import type { WrittenRange } from './range.ts'

/** A configuration with every value in its place: what a run does, and all a resume needs. */
export interface Config {
  readonly preset: string | null
  readonly source: SourceConfig
  readonly protocol: ProtocolConfig
  readonly teacher: ModelConfig
  /** Two or more that teach together, in place of `teacher`; else empty. */
  readonly teachers: readonly ModelConfig[]
  readonly student: ModelConfig
  /** Trained without a teacher beside the student, to compare with. */
  readonly baselines: readonly ModelConfig[]
  readonly methods: readonly MethodConfig[]
  /** True when nobody named the methods, or all were asked for: those that cannot learn from the teacher at hand are left out. */
  readonly unnamedMethods: boolean
  readonly seeds: readonly number[]
  readonly epochs: number
  readonly patience: number
  readonly validateEvery: number
  /** The search for each student's settings; null trains it with those of this configuration. */
  readonly tune: TuneConfig | null
  /** Epochs from one kept snapshot of the teacher to the next; null keeps none. */
  readonly snapshotEvery: number | null
  /** Null is what RECDISTILL_DEVICE says, else cpu. Drivers agree to a tolerance, not in bits. */
  readonly device: Device | null
  /** Null is all cores. No result depends on it. */
  readonly threads: number | null
  /** An earlier run, or files of a teacher that was trained elsewhere; null trains one. */
  readonly teacherFrom: TeacherSource | null
  readonly saveRankings: boolean
  readonly followTest: boolean
  /** A step of Adam is for the rows that have a gradient alone, in every model. */
  readonly sparseAdam: boolean
  /** A student or baseline that meets NaN or infinity is recorded as failed, and the run goes on with the next. */
  readonly keepGoing: boolean
  /** Take a teacher of the same content from the cache, and keep a new one there. */
  readonly reuseTeachers: boolean
  /** Seconds from one checkpoint to the next. */
  readonly checkpointEvery: number
  /** What nobody wrote and was made smaller to suit the data, one sentence each; known once the data is read. */
  readonly lowered: readonly string[]
}

/** Settings are tried on validation data before a student is trained: alone and with each method, as many of each. */
export interface TuneConfig {
  /** Of each student; the first is what this configuration says. */
  readonly trials: number
  /** What is searched, by `teacher`, `scratch` or the name of a method, then by setting. */
  readonly ranges: Readonly<Record<string, Readonly<Record<string, Range>>>>
  /** Those that somebody wrote. */
  readonly written: Readonly<Record<string, Readonly<Record<string, WrittenRange>>>>
}

/** A named protocol and the rules of it that are changed. */
export interface ProtocolConfig {
  readonly name: string
  readonly [rule: string]: unknown
}

/** Where interactions come from and how they are divided. */
export interface SourceConfig {
  readonly request: DataRequestInput
  /** Of rules that draw. */
  readonly splitSeed: number
  readonly dataDir: string | null
  readonly cache: string | null
  /** What the data is called before it is read. */
  readonly name: string
  /** Who named each file: a flag, or a configuration and its key. */
  readonly named: ReadonlyMap<string, string>
}

export interface ModelConfig {
  readonly backbone: string
  /** The file or package it was loaded from; absent where it is built in. */
  readonly reference?: string
  readonly dim: number
  readonly params: Readonly<Record<string, unknown>>
  readonly optimizer: OptimizerConfig
}

export interface OptimizerConfig {
  readonly lr: number
  readonly weightDecay: number
  readonly batch: number
  readonly negatives: number
}

export interface MethodConfig {
  readonly name: string
  /** A built-in name, or the file or package it was loaded from. */
  readonly reference: string
  readonly params: Readonly<Record<string, unknown>>
  readonly lambda: number
  readonly optimizer: OptimizerConfig
  /** Parameters that a person wrote; others may be made smaller to suit the data. */
  readonly written: readonly string[]
  /** Where its values come from, in words. */
  readonly origin: string
}
