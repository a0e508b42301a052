import type { Csr, Rng } from '@recdistill/core'

/** The rows of some users, by their place in `users`. */
export function rowsOfUsers({ offsets, items }: Csr, users: Uint32Array): Csr {
  const starts = new Uint32Array(users.length + 1)
  users.forEach((user, n) => (starts[n + 1] = starts[n] + offsets[user + 1] - offsets[user]))
  const out = new Uint32Array(starts[users.length])
  users.forEach((user, n) => out.set(items.subarray(offsets[user], offsets[user + 1]), starts[n]))
  return { offsets: starts, items: out }
}

/** The same, each item left out with probability `share`: by draws of the user's own, whoever else is asked for. */
export function someOfRows(seen: Csr, users: Uint32Array, share: number, rng: Rng): Csr {
  const { offsets, items } = rowsOfUsers(seen, users)
  const starts = new Uint32Array(offsets.length)
  let kept = 0
  users.forEach((user, n) => {
    rng.at(user)
    for (let e = offsets[n]; e < offsets[n + 1]; e++) if (rng.float() >= share) items[kept++] = items[e]
    starts[n + 1] = kept
  })
  return { offsets: starts, items: items.subarray(0, kept) }
}
