import { NO_ITEM, rowOf, type Csr, type Rng } from '@recdistill/core'
import type { Sequences } from './sequences.ts'

/**
 * Draws items for the positions of `sequences`, in order: uniform with replacement over all items, or over those outside of the
 * user's row of `except`. Draws are of the user alone. `NO_ITEM` for a user who has seen everything.
 */
export function drawNext(
  { users, lengths }: Sequences,
  { numItems, except, rng }: { numItems: number; except: Csr | null; rng: Rng },
): (n: number, out: Uint32Array) => void {
  const stream = rng.fork('negatives')
  const seen = new Uint8Array(except ? numItems : 0)
  let row = -1
  let end = 0 // first position of the next user
  let none = false
  return (n, out) => {
    while (n >= end) {
      if (except && row >= 0) for (const item of rowOf(except, users[row])) seen[item] = 0
      end += lengths[++row]
      stream.at(users[row])
      if (!except) continue
      const items = rowOf(except, users[row])
      for (const item of items) seen[item] = 1
      none = items.length === numItems
    }
    for (let d = 0; d < out.length; d++) {
      let item = none ? NO_ITEM : stream.int(numItems)
      if (except) while (!none && seen[item]) item = stream.int(numItems)
      out[d] = item
    }
  }
}
