/** Whether `a` differs from `b` on a metric. Worked out elsewhere (`compareModels` of metrics gives this form). */
export interface SignificanceRow {
  readonly metric: string
  readonly a: string
  readonly b: string
  /** What was paired. */
  readonly over: 'users' | 'seeds'
  readonly n: number
  /** Mean of a - b. */
  readonly difference: number
  readonly interval: { readonly low: number; readonly high: number; readonly confidence: number } | null
  /** `adjusted` is p corrected for the number of comparisons. */
  readonly t: { readonly p: number; readonly adjusted: number }
  readonly wilcoxon: { readonly p: number; readonly adjusted: number } | null
}
