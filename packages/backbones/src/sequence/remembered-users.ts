import type { UserEncoder } from '../encoded-users.ts'

export interface RememberedUsers extends UserEncoder {
  /** Pulls back all that waits. Before a step of the optimiser. */
  settle(): void
  /** The parameters are others now. */
  forget(): void
}

/**
 * Encodes a user once per change of the parameters, however many lists are scored, and pulls back once what all lists of a
 * step add to a user's vector. Holds users x dim numbers.
 */
export function rememberedUsers(encoder: UserEncoder, numUsers: number, dim: number): RememberedUsers {
  const vectors = new Float32Array(numUsers * dim)
  const known = new Uint8Array(numUsers)
  const waiting = new Map<number, Float32Array>()
  const learn = (users: Uint32Array) => {
    const fresh = new Float32Array(users.length * dim)
    encoder.encode(users, fresh)
    users.forEach((user, n) => {
      vectors.set(fresh.subarray(n * dim, (n + 1) * dim), user * dim)
      known[user] = 1
    })
  }
  return {
    encode(users, out) {
      const unknown = Uint32Array.from(new Set(users.filter((user) => !known[user])))
      if (unknown.length > 0) learn(unknown)
      users.forEach((user, n) => out.set(vectors.subarray(user * dim, (user + 1) * dim), n * dim))
    },
    pull(users, grad) {
      users.forEach((user, n) => {
        const sum = waiting.get(user) ?? new Float32Array(dim)
        for (let d = 0; d < dim; d++) sum[d] += grad[n * dim + d]
        waiting.set(user, sum)
      })
    },
    settle() {
      if (waiting.size === 0) return
      const grad = new Float32Array(waiting.size * dim)
      let row = 0
      for (const sum of waiting.values()) grad.set(sum, dim * row++)
      encoder.pull(Uint32Array.from(waiting.keys()), grad)
      waiting.clear()
    },
    forget() {
      known.fill(0)
      waiting.clear()
    },
  }
}
