import { InputError, type Csr, type Ranker } from '@recdistill/core'
import type { ShownCollector } from './collect-shown.ts'
import type { UserCollector } from './collect-users.ts'

/** One part of a split that is measured on the lists of this pass. */
interface Target {
  readonly users: Uint32Array
  readonly warm: UserCollector
  readonly cold: UserCollector | null
  readonly shown: ShownCollector | null
}

/** Ranks everybody whom some target needs, once, in blocks, and hands each list to the targets that need it. */
export function rankCatalogue(
  ranker: Ranker,
  numItems: number,
  mask: Csr | null,
  targets: readonly Target[],
  { k, blockUsers }: { k: number; blockUsers: number },
): void {
  const users = union(targets.map((target) => target.users))
  const collectors = targets.flatMap(({ warm, cold }) => (cold ? [warm, cold] : [warm]))
  const shown = targets.flatMap((target) =>
    target.shown ? [{ of: target.shown, users: target.users, next: 0 }] : [],
  )
  const places = new Uint32Array(k)
  // `marks[item]` is the number of the row of truth that holds the item, or, once found, the next one: no clearing between rows.
  const marks = new Uint32Array(numItems)
  let row = 0
  for (let start = 0; start < users.length; start += blockUsers) {
    const block = users.subarray(start, start + blockUsers)
    const ranking = ranker.rank(block, k, mask)
    if (ranking.k < k || ranking.items.length < block.length * ranking.k)
      throw new InputError(
        `evaluate: asked the ranker for ${block.length} lists of ${k}, got ${ranking.items.length} items in lists of ${ranking.k}`,
      )
    for (let n = 0; n < block.length; n++) {
      const user = block[n]
      const from = n * ranking.k
      for (const collector of collectors) {
        const { offsets, items } = collector.truth
        if (offsets[user] === offsets[user + 1]) continue
        const [wanted, found] = [++row, ++row]
        for (let at = offsets[user]; at < offsets[user + 1]; at++) marks[items[at]] = wanted
        let count = 0
        // NO_ITEM lies outside `marks`, reads undefined and equals no row.
        for (let place = 0; place < k; place++) {
          const item = ranking.items[from + place]
          if (marks[item] === found)
            throw new InputError(
              `evaluate: the ranker lists item ${item} twice for user ${user}; it would count twice: list every item once`,
            )
          if (marks[item] !== wanted) continue
          marks[item] = found
          places[count++] = place
        }
        collector.add(places, count)
      }
      for (const list of shown) {
        if (list.users[list.next] !== user) continue
        list.next++
        list.of.add(user, ranking.items, from, k)
      }
    }
  }
}

/** Ascending lists as one, nothing twice. */
function union(lists: readonly Uint32Array[]): Uint32Array {
  if (lists.length === 1) return lists[0]
  return Uint32Array.from(new Set(lists.flatMap((list) => [...list]))).sort()
}
