import type { Csr } from './csr.ts'

/** Interactions divided into what is learnt from, what stops training, and what is measured. */
export interface Split {
  readonly numUsers: number
  readonly numItems: number
  readonly train: Csr
  readonly valid: Csr
  readonly test: Csr
  /** The rows of `train` in the order of the source (time, or file order): same offsets, other order. */
  readonly trainSequence: Csr
  /** Ids as the source spelled them, by dense id; null where the source had none (synthetic data). */
  readonly ids: { readonly users: readonly string[]; readonly items: readonly string[] } | null
  readonly manifest: SplitManifest
}

/** Everything needed to make the same split again, and to say what a number was measured on. */
export interface SplitManifest {
  readonly dataset: string
  readonly sources: readonly { readonly file: string; readonly bytes: number; readonly sha256: string }[]
  /** Filters in the order they were applied, as data, e.g. `{ filter: 'k-core', users: 5, items: 0 }`. */
  readonly filters: readonly Readonly<Record<string, unknown>>[]
  /** The split rule as data, e.g. `{ rule: 'ratio', ratios: [0.8, 0.1, 0.1], order: 'file' }`. */
  readonly rule: Readonly<Record<string, unknown>>
  readonly seed: number | null
  readonly counts: {
    readonly users: number
    readonly items: number
    readonly train: number
    readonly valid: number
    readonly test: number
  }
  /** SHA-256 over counts and the three parts: equal hashes mean equal splits. */
  readonly hash: string
}
