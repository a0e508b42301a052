import { InputError, NO_ITEM, rowOf, type Csr, type Ranking } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import { justBelow } from './just-below.ts'

/** Top-K lists by dense ids, in any order: entry `n` says that `users[n]` is recommended `items[n]`. */
export interface ListEntries {
  readonly users: Uint32Array // [n]
  readonly items: Uint32Array // [n]
  readonly scores: Float32Array // [n]
}

export interface ListTeacher extends Model {
  /** Entries of the longest list. */
  readonly longest: number
  /** The same with training positives left out. */
  longestWithout(exclude: Csr): number
}

/**
 * A frozen teacher that knows the first items of each user and their scores, and nothing of the others.
 *
 * A list ends where the file ends it: `rank` gives `NO_ITEM` beyond. What is not listed scores just below the last of the list,
 * and stands behind it in order of id. A user without a list is recommended nothing, so methods that draw from it leave him alone.
 * @throws InputError when an item stands twice in a list, an id lies outside the data, or a score is not finite.
 */
export function listTeacher(
  size: { readonly numUsers: number; readonly numItems: number },
  entries: ListEntries,
  nameOf: (user: number, item: number) => string = (user, item) => `user ${user} lists item ${item}`,
): ListTeacher {
  const { numUsers, numItems } = size
  expectEntries(size, entries)
  const { offsets, items, scores } = ordered(numUsers, entries)
  // The same entries by item, to find one: place in the list of the n-th smallest item.
  const byItem = sortedPlaces(offsets, items)
  for (let user = 0; user < numUsers; user++)
    for (let n = offsets[user] + 1; n < offsets[user + 1]; n++) {
      const item = items[byItem[n]]
      if (item === items[byItem[n - 1]]) throw new InputError(`${nameOf(user, item)} twice; keep one`)
    }
  const check = (user: number) => {
    if (user >= numUsers)
      throw new InputError(`listTeacher: there are ${numUsers} users, got ${user}; ids start at 0`)
    return user
  }
  /** Where the item stands in the arrays; -1 when it is not listed. */
  const find = (user: number, item: number): number => {
    let low = offsets[user]
    let high = offsets[user + 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (items[byItem[middle]] < item) low = middle + 1
      else high = middle
    }
    return low < offsets[user + 1] && items[byItem[low]] === item ? byItem[low] : -1
  }
  const floorOf = (user: number) => {
    const end = offsets[user + 1]
    return end === offsets[user] ? 0 : justBelow(scores[end - 1])
  }
  const longestOf = (countOf: (user: number) => number) => {
    let most = 0
    for (let user = 0; user < numUsers; user++) most = Math.max(most, countOf(user))
    return most
  }
  return {
    numUsers,
    numItems,
    dim: 0,
    parameters: 2 * items.length,
    longest: longestOf((user) => offsets[user + 1] - offsets[user]),
    longestWithout: (exclude) =>
      longestOf((user) => {
        const left = new Set(rowOf(exclude, user))
        let count = 0
        for (let n = offsets[user]; n < offsets[user + 1]; n++) if (!left.has(items[n])) count++
        return count
      }),
    rank(users, k, exclude): Ranking {
      const out = new Uint32Array(users.length * k).fill(NO_ITEM)
      const by = new Float32Array(users.length * k).fill(-Infinity)
      users.forEach((user, row) => {
        check(user)
        const left = exclude ? rowOf(exclude, user) : null
        let place = row * k
        for (let n = offsets[user]; n < offsets[user + 1] && place < (row + 1) * k; n++) {
          if (left && contains(left, items[n])) continue
          out[place] = items[n]
          by[place++] = scores[n]
        }
      })
      return { users: users.slice(), k, items: out, scores: by }
    },
    scoresOf(users, wanted, k) {
      const out = new Float32Array(wanted.length)
      users.forEach((user, row) => {
        const floor = floorOf(check(user))
        for (let n = row * k; n < (row + 1) * k; n++) {
          if (wanted[n] === NO_ITEM) continue
          const at = find(user, wanted[n])
          out[n] = at < 0 ? floor : scores[at]
        }
      })
      return out
    },
    positionsOf(users, wanted, k, exclude) {
      const out = new Uint32Array(wanted.length)
      users.forEach((user, row) => {
        check(user)
        const left = exclude ? rowOf(exclude, user) : new Uint32Array(0)
        const list = items.subarray(offsets[user], offsets[user + 1])
        const counted = new Set<number>([...list, ...left])
        const ranked = list.filter((item) => !contains(left, item))
        for (let n = row * k; n < (row + 1) * k; n++) {
          const item = wanted[n]
          if (item === NO_ITEM) out[n] = NO_ITEM
          else {
            const at = find(user, item)
            out[n] =
              at < 0
                ? ranked.length + item - [...counted].filter((other) => other < item).length
                : list.subarray(0, at - offsets[user]).filter((other) => !contains(left, other)).length
          }
        }
      })
      return out
    },
    rowsOf() {
      throw new InputError(
        'top-K lists have no vectors; use a method that reads lists alone, such as rrd, or give the vectors of the model',
      )
    },
    dispose() {},
  }
}

function expectEntries(
  { numUsers, numItems }: { readonly numUsers: number; readonly numItems: number },
  { users, items, scores }: ListEntries,
): void {
  if (items.length !== users.length || scores.length !== users.length)
    throw new InputError(
      `listTeacher: ${users.length} users, ${items.length} items and ${scores.length} scores; expected one of each for every entry`,
    )
  for (let n = 0; n < users.length; n++)
    if (!(users[n] < numUsers && items[n] < numItems && Number.isFinite(scores[n])))
      throw new InputError(
        `listTeacher: entry ${n} is user ${users[n]}, item ${items[n]}, score ${scores[n]}; expected one of ${numUsers} users, one of ${numItems} items and a finite number`,
      )
}

/** Grouped by user, best first: larger score first, then smaller item. */
function ordered(numUsers: number, { users, items, scores }: ListEntries) {
  const offsets = new Uint32Array(numUsers + 1)
  for (const user of users) offsets[user + 1]++
  for (let user = 0; user < numUsers; user++) offsets[user + 1] += offsets[user]
  const next = offsets.slice(0, numUsers)
  const order = new Uint32Array(users.length)
  for (let n = 0; n < users.length; n++) order[next[users[n]]++] = n
  for (let user = 0; user < numUsers; user++)
    order
      .subarray(offsets[user], offsets[user + 1])
      .sort((a, b) => scores[b] - scores[a] || items[a] - items[b])
  return { offsets, items: order.map((n) => items[n]), scores: Float32Array.from(order, (n) => scores[n]) }
}

function sortedPlaces(offsets: Uint32Array, items: Uint32Array): Uint32Array {
  const places = Uint32Array.from(items.keys())
  for (let user = 0; user + 1 < offsets.length; user++)
    places.subarray(offsets[user], offsets[user + 1]).sort((a, b) => items[a] - items[b])
  return places
}

/** Whether an ascending row holds the item. */
function contains(row: Uint32Array, item: number): boolean {
  let low = 0
  let high = row.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (row[middle] < item) low = middle + 1
    else high = middle
  }
  return low < row.length && row[low] === item
}
