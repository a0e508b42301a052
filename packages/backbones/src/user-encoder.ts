/** Computes the vectors of users, and brings gradients of them back to what they were computed from. */
export interface UserEncoder {
  /** Writes a vector for each of `users`. [users, dim] */
  encode(users: Uint32Array, out: Float32Array): void
  /** Adds the pullback of `encode`, which was last called with the same users. `grad` is [users, dim]; may be written to. */
  pull(users: Uint32Array, grad: Float32Array): void
  /** Pulls back what waits, where it does not do so at once. Before a step of the optimiser. */
  settle?(): void
}
