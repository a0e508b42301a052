import type { Csr } from '@recdistill/core'

/** Users for whom something is drawn, and the stream it is drawn from: user u draws from its substream u. */
export interface DrawnUsers {
  /** Arrays hold one row for each of `count` consecutive users from here on. */
  readonly first: number
  readonly count: number
  /** Which of them are drawn for, none twice; all of them by default. Rows of the others stay as they are. */
  readonly ids?: Uint32Array
  /** `rng.key` */
  readonly key: readonly [number, number]
}

/** Items of each of the users, row by row; `NO_ITEM` stands behind the last. */
export interface ItemRows {
  readonly items: Uint32Array // [count, width]
  readonly width: number
}

/** What draws that leave items out must know. */
export interface OpenItems {
  readonly numItems: number
  /** Rows by user id. */
  readonly seen: Csr
}

/**
 * Draws of the package samplers for many users at once, on all threads. Each fills `out` [count, size] with **the bits of its twin**,
 * which is named with it, and returns the users it leaves to the twin: those whose draw hangs on the last bits of a logarithm, or who
 * have fewer candidates than are drawn from; all of them where `out` is no numbers of this engine, or an argument is beyond what the
 * kernels can do. What it wrote for those is meaningless.
 */
export interface Draws {
  /** The first `size` items. */
  first(users: DrawnUsers, from: ItemRows, out: Uint32Array, size: number): Uint32Array
  /** `sampleByPosition` of the first n items by the table of `raceOverPositions(n, size, T)`. */
  byPosition(
    users: DrawnUsers,
    from: ItemRows,
    race: RaceTable,
    options: { readonly keepDrawOrder: boolean },
    out: Uint32Array,
    size: number,
  ): Uint32Array
  /** `sampleExcept` of what is neither seen nor among the first n items of `from`. */
  except(
    users: DrawnUsers,
    open: OpenItems,
    from: ItemRows,
    n: number,
    out: Uint32Array,
    size: number,
  ): Uint32Array
  /** `drawUnseen` */
  unseen(users: DrawnUsers, open: OpenItems, out: Uint32Array, size: number): Uint32Array
  /** `drawBestOfTwo` of the first n unseen items, or of all where there are fewer: positions. */
  bestOfTwo(
    users: DrawnUsers,
    open: OpenItems,
    n: number,
    options: { readonly T: number; readonly distinct: boolean },
    out: Uint32Array,
    size: number,
  ): Uint32Array
  /** `sampleByCorrection` of the first n items, or all where there are fewer. `correction` is [count, n]. */
  byCorrection(
    users: DrawnUsers,
    from: ItemRows,
    n: number,
    correction: Float32Array,
    options: CorrectionDraw,
    out: Uint32Array,
    size: number,
  ): Uint32Array
  /** `drawNearlyClosed` of the first n items of `from`. */
  nearlyClosed(
    users: DrawnUsers,
    from: ItemRows,
    n: number,
    closed: NearlyClosed,
    out: Uint32Array,
    size: number,
  ): Uint32Array
  /** The items of each list in the order of their scores [count, width]: larger first, then smaller item. Padding comes last. */
  inOrder(users: DrawnUsers, list: ItemRows, scores: Float32Array, out: Uint32Array): Uint32Array
  /** out = table[how many of the first `places` items of a list are in the other]. [count, 1] */
  overlap(
    users: DrawnUsers,
    list: ItemRows,
    places: number,
    other: ItemRows,
    numItems: number,
    table: Float32Array,
    out: Float32Array,
  ): Uint32Array
  /**
   * out[t] = table[n + place - t], `place` being where item t of `from` stands in the first `horizon` items of `ranked`, or
   * `horizon`. Places behind the last item stay as they are. [count, n]; the table has n + horizon + 1 numbers.
   */
  byPlace(
    users: DrawnUsers,
    from: ItemRows,
    n: number,
    ranked: ItemRows,
    horizon: number,
    numItems: number,
    table: Float32Array,
    out: Float32Array,
  ): Uint32Array
}

/** Options of `sampleByCorrection`. */
export interface CorrectionDraw {
  readonly sign: 'under' | 'over'
  readonly floor: 'ifFew' | 'always'
  readonly keepDrawOrder: boolean
}

/** A race of n positions: see `raceOverPositions`. */
export interface RaceTable {
  readonly n: number
  readonly tail: number
  readonly chance: Float64Array // [n]
  readonly slowness: Float64Array // [n]
  readonly hazard: Float64Array // [n]
}

/** What `drawNearlyClosed` knows beside the order it draws from. */
export interface NearlyClosed {
  readonly wanted: ItemRows
  readonly closed: ItemRows
  /** Items drawn; wanted ones follow. */
  readonly drawn: number
  readonly T: number
  /** Largest count that matters. */
  readonly cap: number
  /** Null: wanted items at a position count for it. Else only those behind it, and of them none among so many first ones. */
  readonly behind: number | null
  readonly numItems: number
}
