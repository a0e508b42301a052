import { hasItem, NO_ITEM, type Csr } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { scoreCatalogue } from './rank.ts'
import type { PlainTable } from './table.ts'

/** Position of items[b, j]: how many items outside `exclude` score more, or the same with a smaller id. `NO_ITEM` for padding. */
export function positions(
  user: PlainTable,
  item: PlainTable,
  { users, items, k }: ListRows,
  exclude: Csr | null,
  out: Uint32Array,
): void {
  const row = new Float32Array(item.rows)
  for (let b = 0; b < users.length; b++) {
    scoreCatalogue(user, users[b], item, row)
    for (let j = b * k; j < (b + 1) * k; j++) {
      const given = items[j]
      let before = 0
      for (let i = 0; i < item.rows && given !== NO_ITEM; i++)
        if (row[i] > row[given] || (row[i] === row[given] && i < given))
          if (exclude === null || !hasItem(exclude, users[b], i)) before++
      out[j] = given === NO_ITEM ? NO_ITEM : before
    }
  }
}
