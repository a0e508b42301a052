/** A part of a model's ranking of a user: `row[of].top(k, { seen })`. */
export interface RankedPart {
  readonly of: 'teacher' | 'student'
  readonly k: number
  readonly seen: 'skip' | 'keep'
}

/**
 * What a list program draws, named as data, so that an engine that knows the law can draw for all users at once. Whoever does
 * not know it runs the program instead; both must give the same bits. Strings name lists and values of the method.
 */
export type ListLaw =
  /** The first items of a ranking. */
  | { readonly kind: 'first'; readonly from: RankedPart }
  /** `sampleByPosition(top, T, out, rng)` */
  | { readonly kind: 'byPosition'; readonly from: RankedPart; readonly T: number }
  /** `sampleExcept(row.numItems, [row.seen, top], out, rng)` */
  | { readonly kind: 'except'; readonly from: RankedPart }
  /** `drawBestOfTwo(Math.min(n, row.numItems - row.seen.length), T, out, rng)`: positions, not items. */
  | { readonly kind: 'bestOfTwo'; readonly n: number; readonly T: number }
  /** `out.set(row[of].at(row.list(positions), { seen }))` */
  | {
      readonly kind: 'at'
      readonly of: 'teacher' | 'student'
      readonly positions: string
      readonly seen: 'skip' | 'keep'
    }
  /** `sampleByCorrection(top, row.value(correction), sign, out, rng, { floor: 'always', keepDrawOrder: true })` */
  | {
      readonly kind: 'byCorrection'
      readonly from: RankedPart
      readonly correction: string
      readonly sign: 'under' | 'over'
    }
  /** `drawNearlyClosed(top, row.list(wanted), row.list(closed), out, rng, { drawn, T, cap, behind, numItems })` */
  | {
      readonly kind: 'nearlyClosed'
      readonly from: RankedPart
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
  /** out[t] = table[from.k + place - t], place: of item t of `from` in `ranked`, or `ranked.k` where it is not among those. */
  | {
      readonly kind: 'byPlace'
      readonly from: RankedPart
      readonly ranked: RankedPart
      readonly table: Float32Array
    }
