import { groupByUser, sortRows, type Csr } from './csr.ts'

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

/**
 * A split of rows that are all learnt from, such as those of a world made up: nothing in it stops training or is measured. Its
 * manifest says the name alone.
 *
 * @param sequence Rows in the order they happened.
 */
export function trainingSplit(dataset: string, sequence: Csr, numItems: number): Split {
  const numUsers = sequence.offsets.length - 1
  const none = groupByUser(numUsers, new Uint32Array(0), new Uint32Array(0))
  const counts = { users: numUsers, items: numItems, train: sequence.items.length, valid: 0, test: 0 }
  return {
    numUsers,
    numItems,
    train: sortRows(sequence),
    valid: none,
    test: none,
    trainSequence: sequence,
    ids: null,
    manifest: { dataset, sources: [], filters: [], rule: {}, seed: null, counts, hash: dataset },
  }
}
