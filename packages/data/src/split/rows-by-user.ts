import type { Interactions } from '@recdistill/core'

/** Places of each user's interactions in `interactions`, in the order of the source. Row `u` is `rows[offsets[u]]` up to `rows[offsets[u + 1]]`. */
export interface RowsByUser {
  readonly offsets: Uint32Array // [users + 1]
  readonly rows: Uint32Array // [interactions]
}

export function rowsByUser(numUsers: number, users: Uint32Array): RowsByUser {
  const offsets = new Uint32Array(numUsers + 1)
  for (let n = 0; n < users.length; n++) offsets[users[n] + 1]++
  for (let u = 0; u < numUsers; u++) offsets[u + 1] += offsets[u]
  const next = offsets.slice(0, numUsers)
  const rows = new Uint32Array(users.length)
  for (let n = 0; n < users.length; n++) rows[next[users[n]]++] = n
  return { offsets, rows }
}

/** The same, each user's by time where there is one (ties stay in the order of the source). Sorts `rows` in place. */
export function sortByTime({ offsets, rows }: RowsByUser, times: Interactions['times']): void {
  if (!times) return
  for (let u = 0; u + 1 < offsets.length; u++) {
    let sorted = true
    for (let n = offsets[u] + 1; n < offsets[u + 1] && sorted; n++)
      sorted = times[rows[n - 1]] <= times[rows[n]]
    if (!sorted) rows.subarray(offsets[u], offsets[u + 1]).sort((a, b) => times[a] - times[b] || a - b)
  }
}
