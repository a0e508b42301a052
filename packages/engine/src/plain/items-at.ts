import { NO_ITEM, type Csr } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { rank } from './rank.ts'
import type { PlainTable } from './table.ts'

/** The items at given positions (`items` of the rows), picked from the ranking of all items outside `exclude`. */
export function itemsAt(
  user: PlainTable,
  item: PlainTable,
  { users, items: positions, k }: ListRows,
  exclude: Csr | null,
  out: Uint32Array,
): void {
  for (let b = 0; b < users.length; b++) {
    const ranked = rank(user, item, users.subarray(b, b + 1), item.rows, exclude).items
    for (let j = b * k; j < (b + 1) * k; j++)
      out[j] = positions[j] < ranked.length ? ranked[positions[j]] : NO_ITEM
  }
}
