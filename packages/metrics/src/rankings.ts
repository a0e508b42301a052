import { InputError, NO_ITEM, rowOf, show, type EvalProtocol, type Ranker } from '@recdistill/core'
import { denseLists, type Rankings } from './dense-lists.ts'
import { evaluate, type EvaluateOptions, type Evaluation, type MeasuredPart } from './evaluate.ts'
import type { EvalSplit } from './eval-split.ts'
import type { IdSpellings } from './lists.ts'

/**
 * Measures lists that any program made: rows, a map by user, or flat arrays. Strings stand for ids as the source
 * spelled them and are looked up in `split.ids`.
 *
 *     evaluateRankings(new Map([['ann', ['emma', 'persuasion']]]), split, protocols.strict)
 *
 * @throws InputError for unknown users or items, an item twice in a list, users of the part without a list, and lists
 * too short for the protocol's cut-offs.
 */
export function evaluateRankings(
  rankings: Rankings,
  split: EvalSplit,
  protocol: EvalProtocol,
  {
    part = 'test',
    missing = 'error',
    ...options
  }: EvaluateOptions & { readonly part?: MeasuredPart; readonly missing?: 'error' | 'empty' } = {},
): Evaluation {
  const ranker = rankerFromRankings(rankings, { ...split, missing })
  return evaluate(ranker, split, protocol, part, options)
}

/**
 * A ranker that repeats given lists. Items that a protocol excludes are left out and the rest moves up; a list that was
 * full and becomes too short that way is an error, because what would have followed is not known.
 */
export function rankerFromRankings(
  rankings: Rankings,
  {
    numUsers = Infinity,
    numItems = Infinity,
    ids = null,
    missing = 'error',
  }: {
    readonly numUsers?: number
    readonly numItems?: number
    readonly ids?: IdSpellings | null
    /** A user without a list: an error, or an empty list, which counts 0. */
    readonly missing?: 'error' | 'empty'
  } = {},
): Ranker {
  if (missing !== 'error' && missing !== 'empty')
    throw new InputError(`rankings.missing: expected "error" or "empty", got ${show(missing)}`)
  const { k: given, lists } = denseLists(rankings, ids)
  const spelled = (user: number) => (ids === null ? String(user) : JSON.stringify(ids.users[user]))
  for (const [user, list] of lists) {
    checkUser(user, numUsers)
    checkList(list, spelled(user), numItems)
  }
  const none = new Uint32Array(0)

  return {
    rank: (users, k, exclude) => {
      if (k > given)
        throw new InputError(
          given === 0
            ? `rankings: no list holds an item, and ${k} are needed`
            : `rankings: the lists hold ${given} items but ${k} are needed; give longer lists or lower the protocol's ks (--set protocol.ks=[${given}])`,
        )
      const items = new Uint32Array(users.length * k).fill(NO_ITEM)
      const scores = new Float32Array(users.length * k).fill(-Infinity)
      users.forEach((user, n) => {
        const list = lists.get(user)
        if (list === undefined && missing === 'error') throw missingLists(users, lists, spelled)
        const cut = given < numItems ? given : Infinity
        const excluded = new Set(exclude ? rowOf(exclude, user) : [])
        fillRow(list ?? none, { k, cut, excluded, from: n * k, user: spelled(user) }, items, scores)
      })
      return { users, k, items, scores }
    },
  }
}

function fillRow(
  list: Uint32Array,
  // A list as long as `cut` may have gone on; one over the whole catalogue has not.
  {
    k,
    cut,
    excluded,
    from,
    user,
  }: { k: number; cut: number; excluded: ReadonlySet<number>; from: number; user: string },
  items: Uint32Array,
  scores: Float32Array,
): void {
  let place = 0
  for (const item of list) {
    if (place === k) return
    if (excluded.has(item)) continue
    items[from + place] = item
    // Only the order is known; a score that falls with the place says so.
    scores[from + place] = -place
    place++
  }
  if (place < k && list.length >= cut)
    throw new InputError(
      `rankings: of user ${user}'s ${list.length} items ${list.length - place} are masked and ${place} are left of ${k}; mask before ranking or give longer lists`,
    )
}

function checkUser(user: number, numUsers: number): void {
  if (!Number.isInteger(user) || user < 0 || user >= numUsers)
    throw new InputError(`rankings: user ${user} is outside the split's ${numUsers} users`)
}

function checkList(list: Uint32Array, user: string, numItems: number): void {
  for (const item of list)
    if (item >= numItems)
      throw new InputError(
        `rankings: item ${item} of user ${user} is outside the catalogue of ${numItems} items`,
      )
  if (new Set(list).size !== list.length)
    throw new InputError(`rankings: the list of user ${user} holds an item twice; keep its best place only`)
}

function missingLists(
  users: Uint32Array,
  lists: ReadonlyMap<number, unknown>,
  spelled: (user: number) => string,
): InputError {
  const without = users.filter((user) => !lists.has(user))
  return new InputError(
    `rankings: no list for user ${spelled(without[0])}${without.length > 1 ? ` (nor for ${without.length - 1} more)` : ''}, who has truth to find; rank every such user, or count them 0 (--missing empty, or missing: 'empty')`,
  )
}
