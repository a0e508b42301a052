import type { Csr, Ranker } from '@recdistill/core'

/** A trained or trainable model that can be asked, never taught: what a frozen teacher is. */
export interface Model extends Ranker {
  readonly numUsers: number
  readonly numItems: number
  /** Length of the vectors that meet in the final dot product; 0 for a model without such vectors. */
  readonly dim: number
  /**
   * Length of the rows of `rowsOf` where it is not `dim`: a model whose score is no dot product may have vectors that stand for a
   * user or an item all the same.
   */
  readonly rowDim?: number
  /** Numbers a deployment has to carry. */
  readonly parameters: number
  /** Scores of lists. `items` is users * k, row-major; places holding `NO_ITEM` score 0. [users, k]; a view, valid until the next call. */
  scoresOf(users: Uint32Array, items: Uint32Array, k: number): Float32Array
  /** Position (0 is best) of given items in the full ranking, rows of `exclude` left out. [users, k] */
  positionsOf(users: Uint32Array, items: Uint32Array, k: number, exclude: Csr | null): Uint32Array
  /**
   * Item at each of `k` given positions (0 is best) of the full ranking, rows of `exclude` left out; `NO_ITEM` where there are
   * not so many, or the position is `NO_ITEM`. [users, k] A model without it is served through `rank`.
   */
  itemsAt?(users: Uint32Array, positions: Uint32Array, k: number, exclude: Csr | null): Uint32Array
  /**
   * Gathered vectors entering the final dot product, or those that stand for users and items without one, in an array of the
   * caller's own. [ids, dim or rowDim]; throws where there are none.
   */
  rowsOf(of: 'users' | 'items', ids: Uint32Array): Float32Array
  /**
   * The rows of parameters that vectors are computed from, where every vector has one, e.g. before propagation. [ids, dim] A
   * model without it has no others than those of `rowsOf`.
   */
  rawRowsOf?(of: 'users' | 'items', ids: Uint32Array): Float32Array
  /**
   * Rows of the two tables whose products are all of a score, where they hold more than the vectors, such as biases: what is deployed.
   * [ids, columns] A model without it has no others than those of `rowsOf`.
   */
  scoringRowsOf?(of: 'users' | 'items', ids: Uint32Array): Float32Array
  /**
   * The same model with users and items in exchanged places: ranks users for an item. Shares everything with this one, which
   * alone is disposed.
   */
  flipped?(): Model
  dispose(): void
}

/** Length of the vectors that `rowsOf` gives; 0 where there are none. */
export function rowDimOf({ dim, rowDim = dim }: Pick<Model, 'dim' | 'rowDim'>): number {
  return rowDim
}
