import type { Precision } from '@recdistill/serve'
import type { Trial } from './space.ts'

/** A trial and how far to take it: training goes on from where an earlier rung left it. */
export interface TrialJob extends Trial {
  /** Epochs the student has behind it at the end of the job, unless it stops improving before. */
  readonly until: number
}

/** A number with the interval in which it lies for other users like these (bootstrap, 95 %). */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** A student as it would be deployed. */
export interface Candidate {
  readonly precision: Precision
  /** Of both tables, with the scales of int8. */
  readonly bytes: number
  /** On validation data, of exactly these tables; what models are chosen by. */
  readonly quality: Estimate
}

/** What is known of a student after a job. Plain data; equal jobs give equal results apart from `seconds`. */
export interface TrialResult {
  readonly trial: Trial
  /** Epochs it has been trained. */
  readonly epochs: number
  /** The epoch it was best at, from 0. */
  readonly bestEpoch: number
  /** Whether training is over: more epochs would change nothing. */
  readonly finished: boolean
  /** Length of the deployed vectors. */
  readonly columns: number
  /** One for each precision; none when training failed. */
  readonly candidates: readonly Candidate[]
  /** Why there are no candidates, e.g. that training met NaN. */
  readonly failed?: string
  readonly seconds: number
}

/** How far a running trial is. */
export interface TrialProgress {
  readonly epoch: number
  readonly epochs: number
  /** Best validation so far. */
  readonly best: number | null
}

/**
 * Where trials run: processes of one machine, or a queue on many. Job and result are plain data. A runner may be asked for
 * several at once, takes up a job it was killed in from its checkpoint, and answers at once for one it has done.
 */
export interface TrialRunner {
  run(
    job: TrialJob,
    options: { readonly signal: AbortSignal; readonly onProgress: (progress: TrialProgress) => void },
  ): Promise<TrialResult>
}

/** Bytes of the tables of a student: 4 or 2 a number, or 1 and a scale of 4 bytes a row. */
export function tableBytes(rows: number, columns: number, precision: Precision): number {
  switch (precision) {
    case 'f32':
      return rows * columns * 4
    case 'f16':
      return rows * columns * 2
    case 'int8':
      return rows * (columns + 4)
  }
}
