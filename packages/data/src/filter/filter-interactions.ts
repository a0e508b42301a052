import { InputError } from '@recdistill/core'
import { checkInteractions } from '../check-interactions.ts'
import {
  describeFilter,
  filterSchema,
  secondsOf,
  type Filter,
  type FilterInput,
  type FilterStep,
} from './filter.ts'
import { parseWith } from '../parse-with.ts'
import type { InteractionTable } from '../read/read-interactions.ts'
import { rowsByUser } from '../split/rows-by-user.ts'
import { expectColumns, expectSome } from './check-filter.ts'

/**
 * Applies filters to interactions in memory, in the order given; users and items that lose all theirs go, and ids close up.
 * Files are better filtered while they are read (`readInteractions`), which runs out of core and gives the same.
 * @throws InputError when ids, columns and counts do not fit each other, a filter needs what is not there, or nothing is left.
 */
export function filterInteractions<T extends Omit<InteractionTable, 'sources' | 'steps'>>(
  table: T,
  filters: readonly FilterInput[],
  { label = 'interactions' }: { label?: string } = {},
): T & { steps: FilterStep[] } {
  checkInteractions(label, table)
  const alive = new Uint8Array(table.users.length).fill(1)
  const steps = [count(table, alive, null)]
  for (const given of filters) {
    const filter = parseWith(filterSchema, given, 'filter')
    expectColumns(label, filter, { hasRating: !!table.ratings, hasTime: !!table.times })
    apply(table, alive, filter)
    const step = count(table, alive, filter)
    expectSome(label, steps[steps.length - 1], step)
    steps.push(step)
  }
  return { ...keep(table, alive), steps }
}

function apply(
  { users, items, ratings, times, parts, numUsers, numItems }: Columns,
  alive: Uint8Array,
  filter: Filter,
) {
  switch (filter.filter) {
    case 'where':
      throw new InputError(
        `the filter ${describeFilter(filter)} chooses rows of files while they are read (readInteractions); interactions in memory have no such column`,
      )
    case 'ids': // interactions in memory all have both
      return
    case 'rating':
      for (let n = 0; n < alive.length; n++) if (ratings![n] < Math.fround(filter.min)) alive[n] = 0
      return
    case 'time': {
      const from = filter.from === undefined ? -Infinity : secondsOf(filter.from)
      const until = filter.until === undefined ? Infinity : secondsOf(filter.until)
      for (let n = 0; n < alive.length; n++) if (times![n] < from || times![n] >= until) alive[n] = 0
      return
    }
    case 'duplicates': {
      const sign = filter.keep === 'first' ? 1 : -1
      const { offsets, rows } = rowsByUser(numUsers, users)
      const best = new Map<number, number>() // item and part -> place of the one to keep
      for (let u = 0; u < numUsers; u++) {
        best.clear()
        for (const n of rows.subarray(offsets[u], offsets[u + 1])) {
          if (alive[n] === 0) continue
          const pair = items[n] * 3 + (parts?.[n] ?? 0)
          const other = best.get(pair)
          const later =
            other !== undefined && times && times[n] !== times[other] ? times[n] - times[other] : 1
          const wins = other === undefined || later * sign < 0
          if (wins) best.set(pair, n)
          if (other !== undefined) alive[wins ? other : n] = 0
        }
      }
      return
    }
    case 'heavy-users': {
      const counts = countsOf(users, numUsers, alive)
      for (let n = 0; n < alive.length; n++) if (counts[users[n]] > filter.most) alive[n] = 0
      return
    }
    case 'k-core': {
      for (let changed = true; changed;) {
        changed = dropRare(users, numUsers, filter.users, alive)
        changed = dropRare(items, numItems, filter.items, alive) || changed
      }
    }
  }
}

type Columns = Pick<
  InteractionTable,
  'users' | 'items' | 'ratings' | 'times' | 'parts' | 'numUsers' | 'numItems'
>

function dropRare(ids: Uint32Array, size: number, least: number, alive: Uint8Array): boolean {
  const counts = countsOf(ids, size, alive)
  let changed = false
  for (let n = 0; n < alive.length; n++)
    if (alive[n] === 1 && counts[ids[n]] < least) {
      alive[n] = 0
      changed = true
    }
  return changed
}

function countsOf(ids: Uint32Array, size: number, alive: Uint8Array): Uint32Array {
  const counts = new Uint32Array(size)
  for (let n = 0; n < ids.length; n++) if (alive[n] === 1) counts[ids[n]]++
  return counts
}

function count(
  { users, items, numUsers, numItems }: Columns,
  alive: Uint8Array,
  filter: Filter | null,
): FilterStep {
  const present = (counts: Uint32Array) => counts.reduce((sum, n) => sum + (n > 0 ? 1 : 0), 0)
  return {
    filter,
    users: present(countsOf(users, numUsers, alive)),
    items: present(countsOf(items, numItems, alive)),
    interactions: alive.reduce((sum, n) => sum + n, 0),
  }
}

function keep<T extends Omit<InteractionTable, 'sources' | 'steps'>>(table: T, alive: Uint8Array): T {
  const userMap = closeUp(countsOf(table.users, table.numUsers, alive))
  const itemMap = closeUp(countsOf(table.items, table.numItems, alive))
  const kept = (_: unknown, n: number) => alive[n] === 1
  const name = (map: Uint32Array) => (_: string, id: number) => map[id] !== gone
  return {
    ...table,
    numUsers: userMap.reduce((sum, id) => sum + (id === gone ? 0 : 1), 0),
    numItems: itemMap.reduce((sum, id) => sum + (id === gone ? 0 : 1), 0),
    users: table.users.filter(kept).map((u) => userMap[u]),
    items: table.items.filter(kept).map((i) => itemMap[i]),
    ...(table.times && { times: table.times.filter(kept) }),
    ...(table.ratings && { ratings: table.ratings.filter(kept) }),
    ...(table.parts && { parts: table.parts.filter(kept) }),
    ids: table.ids && {
      users: table.ids.users.filter(name(userMap)),
      items: table.ids.items.filter(name(itemMap)),
    },
  }
}

const gone = 0xffffffff

function closeUp(counts: Uint32Array): Uint32Array {
  const map = new Uint32Array(counts.length).fill(gone)
  let next = 0
  for (let id = 0; id < counts.length; id++) if (counts[id] > 0) map[id] = next++
  if (next === 0 && counts.length > 0) throw new InputError('interactions: none are left after the filters')
  return map
}
