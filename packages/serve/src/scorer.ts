import type { BundleArrays, Precision } from './bundle.ts'

/** A vector that all items are scored against. Of int8 tables whole numbers, whose products with a row sum up within 32 bits. */
export type Query = Float32Array | Int16Array // [dim]

export interface ScanInput {
  readonly query: Query
  /** With scales a score is sum * scales[item] * factor, else the sum alone. [tiles * 32] */
  readonly scales: Float32Array | null
  readonly factor: number
}

/** Scores items in place, tile by tile. */
export interface Scorer {
  readonly simd: 'relaxed' | 'simd' | 'none'
  /** Places and scores that `scan` found. */
  readonly places: Uint32Array
  readonly scores: Float32Array
  /**
   * Finds the items of tiles `from` up to `to`, at most `BLOCK`, whose scores reach the threshold, by ascending place, and returns
   * how many. Places behind the last item may be among them. Sums go from the first number of a vector to the last, each product
   * added with one rounding where the kernel is relaxed and two elsewhere; of int8 they are exact.
   */
  scan(input: ScanInput, from: number, to: number, threshold: number): number
  /** Numbers of every item, beside the bundle's bytes, for `scales`. [tiles * 32] */
  makeScales(): Float32Array
}

/** Tiles of a call of `scan`. */
export const BLOCK = 64

export interface ScorerInput {
  readonly dim: number
  readonly precision: Precision
  readonly itemVectors: BundleArrays['itemVectors']
}
