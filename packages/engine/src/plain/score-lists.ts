import { NO_ITEM } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import type { PlainTable } from './table.ts'

/** out[b, j] = <user row users[b], item row items[b, j]>; padding scores 0. Summed in double precision. */
export function scoreLists(
  user: PlainTable,
  item: PlainTable,
  { users, items, k }: ListRows,
  out: Float32Array | Float64Array,
): void {
  for (let b = 0; b < users.length; b++)
    for (let j = b * k; j < (b + 1) * k; j++)
      out[j] = items[j] === NO_ITEM ? 0 : dot(user, users[b], item, items[j])
}

/** <row a of one table, row b of another>, in double precision. */
export function dot(user: PlainTable, a: number, item: PlainTable, b: number): number {
  const dim = user.dim
  const left = a * dim
  const right = b * dim
  let sum = 0
  for (let d = 0; d < dim; d++) sum += user.values[left + d] * item.values[right + d]
  return sum
}
