import type { UserEncoder } from '../user-encoder.ts'

export interface RememberedUsers extends UserEncoder {
  settle(): void
  /** The parameters are others now. */
  forget(): void
}

/** Vectors by user; those of all users side by side where there may be many, or a plain `Map`. */
interface Kept {
  get(user: number): Float32Array | undefined
  set(user: number, vector: Float32Array): unknown
  clear(): void
}

/**
 * Encodes a user once per change of the parameters, however many lists are scored, and pulls back once what all lists of a
 * step add to a user's vector.
 */
export function rememberedUsers(encoder: UserEncoder, dim: number, kept: Kept = new Map()): RememberedUsers {
  const waiting = new Map<number, Float32Array>()
  const learn = (users: Uint32Array) => {
    const fresh = new Float32Array(users.length * dim)
    encoder.encode(users, fresh)
    users.forEach((user, n) => kept.set(user, fresh.subarray(n * dim, (n + 1) * dim)))
  }
  return {
    encode(users, out) {
      const unknown = Uint32Array.from(new Set(users.filter((user) => kept.get(user) === undefined)))
      if (unknown.length > 0) learn(unknown)
      users.forEach((user, n) => out.set(kept.get(user) as Float32Array, n * dim))
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
      kept.clear()
      waiting.clear()
    },
  }
}

/** Room for all users: users x dim numbers. */
export function roomForUsers(numUsers: number, dim: number): Kept {
  const vectors = new Float32Array(numUsers * dim)
  const known = new Uint8Array(numUsers)
  return {
    get: (user) => (known[user] ? vectors.subarray(user * dim, (user + 1) * dim) : undefined),
    set(user, vector) {
      vectors.set(vector, user * dim)
      known[user] = 1
    },
    clear: () => known.fill(0),
  }
}
