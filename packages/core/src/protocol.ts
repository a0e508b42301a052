/** How a ranking is turned into numbers. Required by every evaluation and saved with every number. */
export interface EvalProtocol {
  readonly name: string
  /** Whose items may not be recommended when measuring on the test part, and on the validation part. */
  readonly mask: { readonly test: readonly Part[]; readonly valid: readonly Part[] }
  /** Averages run over all users (those without truth count 0) or over users with truth only. */
  readonly users: 'all' | 'with-truth'
  /** Truth on items without any training interaction: counted like the rest, or dropped and reported apart. */
  readonly coldItems: 'keep' | 'apart'
  readonly candidates:
    | { readonly kind: 'catalogue' }
    /** The truth against `negatives` unobserved items, drawn once per user from `seed`; ties count against the truth. */
    | { readonly kind: 'sampled'; readonly negatives: number; readonly seed: number }
  /** Every hit counts as one place worse than it is, as in the released code of BD: for comparison with its numbers. */
  readonly bdLegacyMetrics?: boolean
  readonly ks: readonly number[]
  /** What early stopping watches, e.g. `ndcg@10`. */
  readonly select: string
}
export type Part = 'train' | 'valid' | 'test'
