/** A part of a model's ranking of a user: `row[of].top(k, { seen })`. */
export interface RankedPart {
  readonly of: 'teacher' | 'student'
  readonly k: number
  readonly seen: 'skip' | 'keep'
}

/** A list drawn before, as it stands, or `of` a model: in its order (larger score first, then smaller item). Padding is left out. */
export interface ListPart {
  readonly list: string
  readonly of?: 'teacher' | 'student'
}

/** Items in an order that a draw is made from. */
export type OrderedItems = RankedPart | ListPart

/**
 * What a list program draws, named as data, so that an engine that knows the law can draw for all users at once. Whoever does
 * not know it runs the program instead; both must give the same bits. Strings name lists and values of the method.
 */
export type ListLaw =
  /** The first items. */
  | { readonly kind: 'first'; readonly from: OrderedItems }
  /** `sampleByPosition(top, T, out, rng, { keepDrawOrder })` */
  | {
      readonly kind: 'byPosition'
      readonly from: OrderedItems
      readonly T: number
      readonly keepDrawOrder?: boolean
    }
  /** `sampleExcept(row.numItems, [row.seen, top], out, rng)` */
  | { readonly kind: 'except'; readonly from: OrderedItems }
  /** `drawUnseen(row.numItems, row.seen, out, rng)` */
  | { readonly kind: 'unseen' }
  /** `drawBestOfTwo(Math.min(n, row.numItems - row.seen.length), T, out, rng, { distinct })`: positions, not items. */
  | { readonly kind: 'bestOfTwo'; readonly n: number; readonly T: number; readonly distinct?: boolean }
  /** `out.set(row[of].at(row.list(positions), { seen }))` */
  | {
      readonly kind: 'at'
      readonly of: 'teacher' | 'student'
      readonly positions: string
      readonly seen: 'skip' | 'keep'
    }
  /** `sampleByCorrection(top, row.value(correction), sign, out, rng, { floor, keepDrawOrder })` */
  | {
      readonly kind: 'byCorrection'
      readonly from: OrderedItems
      readonly correction: string
      readonly sign: 'under' | 'over'
      readonly floor: 'ifFew' | 'always'
      readonly keepDrawOrder: boolean
    }
  /** `drawNearlyClosed(top, row.list(wanted), row.list(closed), out, rng, { drawn, T, cap, behind, numItems })` */
  | {
      readonly kind: 'nearlyClosed'
      readonly from: OrderedItems
      readonly wanted: string
      readonly closed: string
      readonly drawn: number
      readonly T: number
      readonly cap: number
      readonly behind: number | null
    }

/** The same for numbers per user. */
export type ValueLaw =
  /** out[0] = table[how many of the first `places` items of `list` are in `other`]. */
  | {
      readonly kind: 'overlap'
      readonly list: string
      readonly places: number
      readonly other: string
      readonly table: Float32Array
    }
  /**
   * out[t] = table[n + place - t], place: of item t of `from` in `ranked`, or the length of that where it is not among those;
   * n, and that length, are the `k` of a ranking or the places of a list.
   */
  | {
      readonly kind: 'byPlace'
      readonly from: OrderedItems
      readonly ranked: OrderedItems
      readonly table: Float32Array
    }
