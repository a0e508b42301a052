import type { Csr } from '@recdistill/core'
import type { Context, Words } from './context.ts'

/** What kernels are told of the rows of `exclude` of the users at hand, copied one behind the other, nothing twice; zeros where nothing is excluded. */
export function excludedRows(
  { machine: { heap }, arena }: Context,
  users: Uint32Array,
  exclude: Csr | null,
): Words {
  if (exclude === null) return { exclude: 0, excludeOffsets: 0 }
  const { offsets, items } = exclude
  let total = 0
  for (const user of users) total += offsets[user + 1] - offsets[user]
  const at = { excludeOffsets: arena.take((users.length + 1) * 4), exclude: arena.take(total * 4) }
  let end = 0
  for (let row = 0; row < users.length; row++) {
    const [from, to] = [offsets[users[row]], offsets[users[row] + 1]]
    heap.u32[at.excludeOffsets / 4 + row] = end
    for (let n = from; n < to; n++)
      if (n === from || items[n] !== items[n - 1]) heap.u32[at.exclude / 4 + end++] = items[n]
  }
  heap.u32[at.excludeOffsets / 4 + users.length] = end
  return at
}
