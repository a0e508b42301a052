/**
 * One model's opinion of one user's catalogue. Returned arrays are views, valid until the next call for the same user, and to be
 * read alone: other lists read the same memory, so `slice()` what is to be sorted or shuffled.
 */
export interface Ranked {
  /**
   * The best `k` items, best first (ties: smaller item); fewer when the catalogue has fewer.
   * `seen: 'skip'` leaves the user's training positives out (a masked list), `'keep'` (default) lets all items compete.
   */
  top(k: number, options?: { seen?: 'skip' | 'keep' }): Uint32Array
  /** Position of each item in the model's full ranking of the catalogue, 0 is best. */
  positionOf(items: Uint32Array, options?: { seen?: 'skip' | 'keep' }): Uint32Array
  /**
   * Item at each position (0 is best) of the same ranking; `NO_ITEM` where there is none. Far cheaper than a long `top` where few
   * positions are wanted and they were drawn before, into a list of their own: then all users are answered at once.
   */
  at(positions: Uint32Array, options?: { seen?: 'skip' | 'keep' }): Uint32Array
  scoresOf(items: Uint32Array): Float32Array
}

/** What a list program sees of one user. All of it is to be read alone. */
export interface Row {
  readonly user: number
  readonly epoch: number
  readonly numItems: number
  /** Training positives, ascending. */
  readonly seen: Uint32Array
  readonly teacher: Ranked
  readonly student: Ranked
  /** A list of this user that was declared, and so drawn, before the one being drawn. `NO_ITEM` padding included. */
  list(name: string): Uint32Array
  /** Numbers of this user that were filled before, e.g. a carried state. */
  value(name: string): Float32Array
  /** Every teacher's snapshots, earliest first, the last the one that teaches; only as many as the method's `trajectory` asks for. */
  readonly trajectories: readonly (readonly Ranked[])[]
}

/**
 * When a list is drawn anew: before the first epoch only, before every n-th epoch, or for the users of every batch. A draw for
 * a batch reads what was drawn before (`list`, `value`) and no ranking, which would be older than the model.
 */
export type Refresh = 'once' | 'batch' | { readonly epochs: number }

export function isDue(refresh: Refresh, epoch: number): boolean {
  if (refresh === 'batch') return false
  return refresh === 'once' ? epoch === 0 : epoch % refresh.epochs === 0
}
