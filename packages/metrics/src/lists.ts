import { groupByUser, InputError, NO_ITEM, sortRows, type Csr } from '@recdistill/core'
import type { EvalSplit } from './eval-split.ts'

/**
 * Items of users as people have them: rows of an array, one a user, or a map. Numbers are dense ids; strings are ids as
 * the source spelled them.
 */
export type Lists =
  readonly (readonly RawId[] | Uint32Array)[] | ReadonlyMap<RawId, readonly RawId[] | Uint32Array>
export type RawId = number | string

/** Spellings by dense id. */
export type IdSpellings = NonNullable<EvalSplit['ids']>

/**
 * A split from plain lists, for people who only measure. With string ids every user and item gets a dense id in the
 * order of appearance, kept in `ids`; with numbers the ids are taken as they are, and so are the places of rows of an array.
 *
 * @throws InputError when numbers and strings are mixed, or an id lies outside `numUsers` or `numItems`.
 */
export function splitFromLists({
  train,
  valid = [],
  test,
  ...sizes
}: {
  readonly train: Lists
  readonly valid?: Lists
  readonly test: Lists
  /** Catalogue and users, where some appear in no list. Numbers only. */
  readonly numUsers?: number
  readonly numItems?: number
}): EvalSplit {
  const parts = {
    train: entriesOf(train, 'splitFromLists.train'),
    valid: entriesOf(valid, 'splitFromLists.valid'),
    test: entriesOf(test, 'splitFromLists.test'),
  }
  const all = Object.values(parts).flat()
  const spelled = all.some(
    ([user, items]) => typeof user === 'string' || items.some((i) => typeof i === 'string'),
  )
  // Users who are rows of an array have their place for an id, however items are spelled.
  const inRows = [train, valid, test].every((lists) => !isMap(lists))
  const toUser = spelled && !inRows ? numbering('user') : identity('user')
  const toItem = spelled ? numbering('item') : identity('item')
  const dense = (entries: Entries) =>
    entries.map(([user, items]) => [toUser.of(user), Array.from(items, (item) => toItem.of(item))] as const)
  const numbered = { train: dense(parts.train), valid: dense(parts.valid), test: dense(parts.test) }
  const numUsers = sizeOf('numUsers', sizes.numUsers, toUser.size())
  const numItems = sizeOf('numItems', sizes.numItems, toItem.size())
  const rows = (part: keyof typeof numbered): Csr => {
    const pairs = numbered[part].flatMap(([user, items]) =>
      [...new Set(items)].map((item) => [user, item] as const),
    )
    const users = Uint32Array.from(pairs, ([user]) => user)
    return sortRows(
      groupByUser(
        numUsers,
        users,
        Uint32Array.from(pairs, ([, item]) => item),
      ),
    )
  }
  return {
    numUsers,
    numItems,
    train: rows('train'),
    valid: rows('valid'),
    test: rows('test'),
    ids: spelled ? { users: toUser.spellings(numUsers), items: toItem.spellings(numItems) } : null,
  }
}

type Entries = (readonly [RawId, readonly RawId[] | Uint32Array])[]

/**
 * Users and their lists; the rows of an array belong to users 0, 1, 2, ...
 *
 * @throws InputError in the name of `speaker` for lists of any other form.
 */
export function entriesOf(lists: Lists, speaker: string): Entries {
  if (!isMap(lists) && !Array.isArray(lists))
    throw new InputError(
      `${speaker}: expected rows or a Map of lists by user, got ${kindOf(lists)}; of a plain object make new Map(Object.entries(lists))`,
    )
  const entries = [...lists.entries()]
  for (const [user, items] of entries)
    if (!Array.isArray(items) && !ArrayBuffer.isView(items))
      throw new InputError(
        `${speaker}: expected an array of items for user ${JSON.stringify(user)}, got ${kindOf(items)}`,
      )
  return entries
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object'
    ? `an object (${value.constructor?.name ?? 'no class'})`
    : `a ${typeof value}`
}

function isMap(lists: Lists): lists is ReadonlyMap<RawId, readonly RawId[] | Uint32Array> {
  return lists instanceof Map
}

function sizeOf(name: string, given: number | undefined, needed: number): number {
  if (given === undefined) return needed
  if (!Number.isInteger(given) || given < needed)
    throw new InputError(
      `splitFromLists.${name}: expected an integer >= ${needed}, which the lists need, got ${given}`,
    )
  return given
}

/** Dense ids in the order of appearance. */
function numbering(what: string) {
  const ids = new Map<string, number>()
  return {
    of: (raw: RawId): number => {
      if (typeof raw === 'number')
        throw new InputError(
          `splitFromLists: ${what} ${raw} is a number among strings; spell all ids one way`,
        )
      if (typeof raw !== 'string') throw noId(what, raw)
      let id = ids.get(raw)
      if (id === undefined) ids.set(raw, (id = ids.size))
      return id
    },
    size: () => ids.size,
    spellings: () => [...ids.keys()],
  }
}

/** Numbers as they are. */
function identity(what: string) {
  let largest = -1
  return {
    of: (raw: RawId): number => {
      // Number() would make an item 0 of null
      if (typeof raw !== 'number' || !Number.isInteger(raw) || raw < 0) throw noId(what, raw)
      if (raw >= NO_ITEM)
        throw new InputError(
          `splitFromLists: ${what} ${raw} is too large for a dense id, and numbers are dense ids; give it as a string`,
        )
      largest = Math.max(largest, raw)
      return raw
    },
    size: () => largest + 1,
    spellings: (count: number) => Array.from({ length: count }, (_, id) => String(id)),
  }
}

function noId(what: string, raw: unknown): InputError {
  return new InputError(
    `splitFromLists: expected a string or a whole number of 0 or more as ${what} id, got ${String(raw)}`,
  )
}
