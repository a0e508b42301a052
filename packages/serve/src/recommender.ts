import type { BundleMeta, FoldIn, Precision } from './bundle.ts'
import type { Ids } from './ids.ts'
import type { Scorer } from './scorer.ts'

export interface Recommendation {
  readonly item: string
  readonly score: number
}

export interface RecommendOptions {
  /** How many; 10 by default. Fewer come when fewer are left. */
  readonly k?: number
  /** Items to leave out, in place of the default; unknown ones do no harm. */
  readonly exclude?: Iterable<string>
  /** Items to choose from, in place of the whole catalogue; unknown ones do no harm. */
  readonly only?: Iterable<string>
  /**
   * Whether an item may be shown. Asked only of items that would be among the k best of those before them, in no promised order.
   */
  readonly filter?: (item: string) => boolean
}

export interface RecommendForOptions extends RecommendOptions, Partial<FoldIn> {}

export interface RecommenderInfo {
  readonly users: number
  readonly items: number
  readonly dim: number
  readonly precision: Precision
  /** Of the bundle. */
  readonly bytes: number
  /** Which kernels score here. */
  readonly simd: Scorer['simd']
  readonly foldIn: FoldIn
  readonly meta: BundleMeta
}

export interface Recommender {
  readonly info: RecommenderInfo
  readonly users: Ids
  readonly items: Ids
  /**
   * The best items for a user, best first; of equal scores the item that stands first in the bundle. Leaves out what the user has
   * seen, by the bundle, unless `exclude` says otherwise.
   * @throws ServeError with code `unknown-user`; new users are served by `recommendFor`.
   */
  recommend(user: string | number, options?: RecommendOptions): Recommendation[]
  /**
   * The best items for someone new who likes these, by fold-in. Unknown items and repetitions count for nothing. Leaves out the given items
   * unless `exclude` says otherwise.
   * @throws ServeError with code `unknown-item` when none of them is known: there is nothing to go by.
   */
  recommendFor(items: Iterable<string>, options?: RecommendForOptions): Recommendation[]
  /**
   * The items most like one, by cosine of their vectors. Never the item itself; leaves out nothing else unless `exclude` says so.
   * @throws ServeError with code `unknown-item`.
   */
  similar(item: string, options?: RecommendOptions): Recommendation[]
  /** What the bundle says a user has seen. @throws ServeError with code `unknown-user`. */
  seen(user: string | number): string[]
}
