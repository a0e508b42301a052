import type { Metrics } from '@recdistill/core'

/** One epoch of the curve without its seconds: a checkpoint's bytes depend on settings and data alone. */
export interface CurvePoint {
  readonly epoch: number
  readonly loss: { readonly base: number; readonly kd?: number }
  readonly valid?: Metrics
  readonly test?: Metrics
  readonly best?: boolean
  /** Of a teacher that is trained as well. */
  readonly teacher?: { readonly valid?: Metrics; readonly test?: Metrics; readonly best?: boolean }
}

/** Where training stands. */
export interface Progress {
  /** The epoch being run, and how many of its steps are done. */
  epoch: number
  step: number
  /** Sums over the rows of the epoch so far. */
  sums: { base: number; kd: number; pairs: number; rows: number }
  best: { readonly epoch: number; readonly value: number } | null
  /** Of a teacher that is trained as well. */
  bestTeacher?: { readonly epoch: number; readonly value: number } | null
  waited: number
  curve: CurvePoint[]
  finished: 'patience' | 'epochs' | 'hand' | null
  /** Whether the method has asked how many epochs there are: then it can have no more. */
  readsEpochs?: boolean
}

/** What made a checkpoint; a run goes on only under the same settings. */
export type Settings = Readonly<Record<string, unknown>>
