/** Who met what, one entry an interaction, in the order of the source. Ids are dense. */
export interface Interactions {
  readonly numUsers: number
  readonly numItems: number
  readonly users: Uint32Array // [n]
  readonly items: Uint32Array // [n]
  /** Seconds since 1970; absent where the source has no time. */
  readonly times?: Float64Array // [n]
}
