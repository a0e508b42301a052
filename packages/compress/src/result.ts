import type { EvalProtocol, MachineCard, Metrics, SplitManifest } from '@recdistill/core'
import type { Precision } from '@recdistill/serve'
import type { Trial } from './space.ts'
import type { Target } from './target.ts'
import type { Estimate, TrialResult } from './trial.ts'
import type { GroupRow } from './user-groups.ts'

/** A model in the form it would be deployed in, measured. */
export interface DeployedModel {
  readonly name: string
  readonly role: 'teacher' | 'scratch' | 'student' | 'trial'
  readonly kind: string
  /** Null for a teacher without vectors. */
  readonly dim: number | null
  readonly precision: Precision | null
  /** Null where nobody can say, as of a teacher that is lists or scores. */
  readonly bytes: number | null
  /** On validation data. */
  readonly valid: Estimate
  /** On test data; of the teacher, the student from scratch and the chosen student alone. */
  readonly test: Estimate | null
  /** To rank the catalogue for one user, best 20, seen items left out; null where it was not measured. */
  readonly microseconds: Estimate | null
}

/** What one `recdistill compress` found; its report can be made again from it alone. */
export interface CompressResult {
  readonly schema: 1
  readonly version: string
  readonly startedAt: string
  readonly seconds: number
  readonly target: Target
  /** Whether the chosen student meets the target on validation data. */
  readonly met: boolean
  /** The metric students are chosen by, e.g. `ndcg@10`. */
  readonly select: string
  readonly split: SplitManifest
  readonly protocol: EvalProtocol
  readonly machine: MachineCard
  readonly config: Readonly<Record<string, unknown>>
  /** Teacher, its tables in fewer bytes where it has tables, student from scratch, chosen student. */
  readonly models: readonly DeployedModel[]
  readonly chosen: {
    readonly trial: Trial
    readonly precision: Precision
    readonly bytes: number
    /** Of the whole bundle: tables, ids, seen items. */
    readonly bundleBytes: number
    /** Folder of the run, from the folder of this result. */
    readonly folder: string
    readonly model: string
    /** All test metrics, of the tables as deployed. */
    readonly test: Metrics
  }
  /** No other student is as small and as good; cheapest first. */
  readonly front: readonly DeployedModel[]
  readonly trials: readonly TrialResult[]
  /** What casts doubt on the teacher's numbers and so on all others, a sentence each; absent where nothing does. */
  readonly doubts?: readonly string[]
  readonly groups: readonly { readonly title: string; readonly rows: readonly GroupRow[] }[]
  /** Of the test lists of teacher, student from scratch and student. */
  readonly popularity: readonly { readonly name: string; readonly metrics: Metrics }[]
}
