import { createRng, groupByUser, trainingSplit, type Split } from '@recdistill/core'

export const users = 4
/** Items of each of them. */
export const history = 12

/** A few users with distinct random items: where plugins are tried before anything is trained. */
export function smallWorld(numItems: number): Split {
  const rng = createRng(3)
  const rows = Array.from({ length: users }, () => {
    const items = new Set<number>()
    while (items.size < history) items.add(rng.int(numItems))
    return [...items]
  })
  const owners = Uint32Array.from(rows.flatMap((row, user) => row.map(() => user)))
  const sequence = groupByUser(users, owners, Uint32Array.from(rows.flat()))
  return trainingSplit('rehearsal', sequence, numItems)
}
