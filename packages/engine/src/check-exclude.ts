import { InputError, type Csr } from '@recdistill/core'
import type { Table } from './engine.ts'

/** How many items rows that were looked at ask for: one more than their largest id. */
const known = new WeakMap<Csr, number>()

/** Rows of items to leave out: one for each user at hand, ascending. They are gone through once, for kernels trust them. */
export function expectExclude(what: string, users: Uint32Array, item: Table, exclude: Csr | null): void {
  if (exclude === null) return
  const rows = exclude.offsets.length - 1
  for (const user of users)
    if (user >= rows) throw new InputError(`${what}: exclude has ${rows} rows but user ${user} is ranked`)
  let asked = known.get(exclude)
  if (asked === undefined) known.set(exclude, (asked = expectAscending(what, exclude)))
  if (asked > item.rows)
    throw new InputError(
      `${what}: exclude holds id ${asked - 1}, outside table "${item.name}" of ${item.rows} rows; ids start at 0`,
    )
}

function expectAscending(what: string, { offsets, items }: Csr): number {
  let asked = 0
  for (let row = 0; row + 1 < offsets.length; row++) {
    const [from, to] = [offsets[row], offsets[row + 1]]
    if (from > to || to > items.length)
      throw new InputError(
        `${what}: row ${row} of exclude goes from ${from} to ${to} of ${items.length} items; offsets must not fall or go beyond`,
      )
    for (let n = from + 1; n < to; n++)
      if (items[n] < items[n - 1])
        throw new InputError(
          `${what}: row ${row} of exclude holds ${items[n - 1]} before ${items[n]}; rows must be ascending`,
        )
    if (to > from) asked = Math.max(asked, items[to - 1] + 1)
  }
  return asked
}
