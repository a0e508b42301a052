import type { Csr } from '@recdistill/core'

/** Histories of some users, of similar lengths, in a grid [rows, longest] whose rows begin at the left. */
export interface Sequences {
  readonly rows: Uint32Array // [rows]; each one's place among the users asked for
  readonly users: Uint32Array // [rows]
  readonly longest: number
  readonly ends: Uint32Array // [rows]; place in the grid of each row's last item
  readonly places: Uint32Array // [items]; place in the grid of each item, row by row
  readonly items: Uint32Array // [items]
  readonly lengths: Uint32Array // [rows]
  readonly next: Uint32Array // [items]; what came after each item; empty unless asked for
}

/** Places of a grid: what goes through a model together. Small enough to stay near the processor. */
const placesAtOnce = 2048

/**
 * The last `length` items of each user, users of like lengths together, so that little of a grid is empty. Users without any
 * are left out.
 *
 * @param next Whether the item after each is needed: then the last item of a user is only that.
 */
export function sequencesOf(
  { offsets, items }: Csr,
  users: Uint32Array,
  { length, next = false }: { length: number; next?: boolean },
): Sequences[] {
  const lengths = users.map((user) =>
    Math.min(length, Math.max(0, offsets[user + 1] - offsets[user] - (next ? 1 : 0))),
  )
  const rows = Uint32Array.from(users.keys())
    .filter((row) => lengths[row] > 0)
    .sort((a, b) => lengths[b] - lengths[a] || a - b)
  const groups: Sequences[] = []
  for (let from = 0; from < rows.length;) {
    const longest = lengths[rows[from]]
    const to = from + Math.max(1, Math.floor(placesAtOnce / longest))
    groups.push(group(rows.slice(from, to), longest))
    from = to
  }
  return groups

  function group(rows: Uint32Array, longest: number): Sequences {
    const own = rows.map((row) => lengths[row])
    const size = own.reduce((sum, n) => sum + n, 0)
    const places = new Uint32Array(size)
    const entries = new Uint32Array(size)
    let at = 0
    rows.forEach((row, n) => {
      const start = offsets[users[row] + 1] - own[n] - (next ? 1 : 0)
      for (let k = 0; k < own[n]; k++) {
        places[at] = n * longest + k
        entries[at++] = start + k
      }
    })
    return {
      rows,
      users: rows.map((row) => users[row]),
      longest,
      ends: own.map((length, n) => n * longest + length - 1),
      places,
      items: entries.map((entry) => items[entry]),
      lengths: own,
      next: next ? entries.map((entry) => items[entry + 1]) : new Uint32Array(0),
    }
  }
}
