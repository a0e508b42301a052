import { InputError, NO_ITEM } from '@recdistill/core'
import { entriesOf, type IdSpellings, type Lists, type RawId } from './lists.ts'

/** Lists of equal length in one array: the form of a `Ranking`, its scores not needed. */
export interface FlatRankings {
  readonly users: ArrayLike<number> // [n]
  readonly k: number
  /** `NO_ITEM` after the end of a shorter list. */
  readonly items: ArrayLike<number> // [n, k]
}
export type Rankings = FlatRankings | Lists

/** Lists of any form by dense ids. */
export interface DenseLists {
  /** Length of the longest list. */
  readonly k: number
  readonly lists: ReadonlyMap<number, Uint32Array>
}

/** @throws InputError for ids that the source does not have, numbers that are no ids, and two lists of one user. */
export function denseLists(rankings: Rankings, ids: IdSpellings | null): DenseLists {
  return isFlat(rankings) ? fromFlat(rankings) : fromLists(rankings, ids)
}

function isFlat(rankings: Rankings): rankings is FlatRankings {
  return typeof rankings === 'object' && rankings !== null && 'items' in rankings
}

function fromFlat({ users, k, items }: FlatRankings): DenseLists {
  if (!Number.isInteger(k) || k < 1) throw new InputError(`rankings.k: expected an integer >= 1, got ${k}`)
  if (items.length !== users.length * k)
    throw new InputError(
      `rankings: ${users.length} users with lists of ${k} need ${users.length * k} items, got ${items.length}`,
    )
  const lists = new Map<number, Uint32Array>()
  for (let n = 0; n < users.length; n++) {
    const row = Array.from({ length: k }, (_, place) => items[n * k + place])
    const end = row.indexOf(NO_ITEM)
    addList(lists, users[n], users[n], end < 0 ? row : row.slice(0, end))
  }
  return { k, lists }
}

function fromLists(rankings: Lists, ids: IdSpellings | null): DenseLists {
  const toUser = lookUp('user', ids?.users)
  const toItem = lookUp('item', ids?.items)
  const lists = new Map<number, Uint32Array>()
  let k = 0
  for (const [user, items] of entriesOf(rankings, 'rankings')) {
    addList(lists, toUser(user), user, Array.from(items, toItem))
    k = Math.max(k, items.length)
  }
  return { k, lists }
}

function addList(
  lists: Map<number, Uint32Array>,
  user: number,
  spelled: RawId,
  items: readonly number[],
): void {
  if (lists.has(user)) throw new InputError(`rankings: user ${spelled} has two lists`)
  for (const item of items)
    if (!Number.isInteger(item) || item < 0 || item >= NO_ITEM)
      throw new InputError(
        `rankings: expected a whole number of 0 or more in the list of user ${spelled}, got ${item}`,
      )
  lists.set(user, Uint32Array.from(items))
}

/** Numbers are dense already; strings are found among the spellings. */
function lookUp(what: string, spellings: readonly string[] | undefined): (raw: RawId) => number {
  let dense: Map<string, number> | null = null
  return (raw) => {
    if (typeof raw === 'number') return raw
    dense ??= new Map(spellings?.map((spelling, id) => [spelling, id]))
    const id = dense.get(raw)
    if (id === undefined)
      throw new InputError(
        `rankings: ${what} "${raw}" is not in the split${spellings ? '' : ', which has dense ids only; give numbers'}`,
      )
    return id
  }
}
