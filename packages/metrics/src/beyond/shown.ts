/** What a model recommends to everybody, counted. Metrics beyond accuracy read only this. */
export interface Shown {
  /** How often an item stands in the first k places of somebody's list. [items] */
  readonly counts: Uint32Array
  /** Training interactions of each item. [items] */
  readonly popularity: Uint32Array
  /** Users of the split, whether they were ranked or not. */
  readonly numUsers: number
  /** Mean over ranked users of the mean training popularity of their first k items. */
  readonly listPopularity: number
  /** Mean over the same users of the mean training popularity of their training items. */
  readonly profilePopularity: number
}

/** One value for all recommendations of a model. */
export type BeyondMetric = (shown: Shown) => number
