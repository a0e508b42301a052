import type { Csr } from './csr.ts'

/** The best `k` items of some users, best first: larger score first, then smaller item. */
export interface Ranking {
  readonly users: Uint32Array // [n]
  readonly k: number
  /** `NO_ITEM` where the user has fewer than `k` candidates. */
  readonly items: Uint32Array // [n, k]
  /** `-Infinity` where there is no item. */
  readonly scores: Float32Array // [n, k]
}

/** What can order the catalogue for users: every model, and any file of rankings. */
export interface Ranker {
  /** Items of `exclude`'s rows (by user id) are left out. Views may be reused by the next call. */
  rank(users: Uint32Array, k: number, exclude: Csr | null): Ranking
  /** Scores of given items, [users, k] row-major; absent where only rankings are known. */
  scoresOf?(users: Uint32Array, items: Uint32Array, k: number): Float32Array
}
