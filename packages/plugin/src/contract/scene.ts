import { createRng, groupByUser, NO_ITEM, sortRows, type Csr, type Rng } from '@recdistill/core'
import type { Size, World } from '../declarations.ts'
import { earlier, standIn, type StandIn } from './stand-in.ts'

export type Params = Readonly<Record<string, unknown>>

/** A training pair with its negatives; a user who has seen nothing has one of `NO_ITEM` at place -1. */
export interface Pair {
  readonly user: number
  /** Place in the user's row of training positives. */
  readonly place: number
  readonly positive: number
  readonly negatives: readonly number[] // [negativesPerRow]
}

/** A tiny world to run a method in: two stand-in models, and users who have seen nothing, little, nearly all and all. */
export interface Scene {
  readonly world: World
  readonly seen: readonly Uint32Array[]
  /** Several of a user, not side by side. */
  readonly pairs: readonly Pair[]
  readonly teacher: StandIn
  /** As it is at the first epochs. */
  readonly students: readonly StandIn[]
  /** Every teacher's snapshots, earliest first; the last one of the first is `teacher`. */
  snapshots(teachers: number, each: number): readonly (readonly StandIn[])[]
}

export interface SceneOptions {
  /** Standard deviation of the scores. */
  readonly spread?: number
  /** All scores are 0. */
  readonly equal?: boolean
  readonly dims?: World['dims']
}

export const numUsers = 6
export const negativesPerRow = 2
const studentEpochs = 4

export function makeScene(
  numItems: number,
  { spread = 1, equal = false, dims = { student: 3, teacher: 5 } }: SceneOptions = {},
): Scene {
  const rng = createRng(numItems)
  const all = Uint32Array.from({ length: numItems }, (_, item) => item)
  const shuffled = all.slice()
  rng.shuffle(shuffled)
  const some = (count: number) => shuffled.slice(0, Math.max(0, Math.min(count, numItems))).sort()
  const model = (dim: number) => {
    const made = standIn(numUsers, numItems, rng, { spread, dim })
    if (equal) made.users.fill(0)
    return made
  }
  const teacher = model(dims.teacher)
  const student = model(dims.student)
  const seen = [
    some(0),
    some(1),
    some(Math.ceil(numItems / 10)),
    some(numItems >> 1),
    some(numItems - 2),
    all,
  ]
  return {
    world: { numUsers, numItems, train: csrOf(seen), dims },
    seen,
    pairs: pairsOf(seen, numItems, rng.fork('negatives')),
    teacher,
    students: Array.from({ length: studentEpochs }, (_, epoch) =>
      epoch === 0 ? student : earlier(student, 0.3 * epoch, rng.fork('student').fork(epoch)),
    ),
    snapshots: (teachers, each) =>
      Array.from({ length: teachers }, (_, t) => {
        const last =
          t === 0 ? teacher : standIn(numUsers, numItems, rng.fork('teacher').fork(t), { spread, dim: 4 })
        return Array.from({ length: each }, (_, v) =>
          v === each - 1 ? last : earlier(last, 0.4 * (each - 1 - v), rng.fork('snapshot').fork(t).fork(v)),
        )
      }),
  }
}

function csrOf(rows: readonly Uint32Array[]): Csr {
  const users = rows.flatMap((row, user) => Array.from(row, () => user))
  const items = rows.flatMap((row) => [...row])
  return sortRows(groupByUser(rows.length, Uint32Array.from(users), Uint32Array.from(items)))
}

function pairsOf(seen: readonly Uint32Array[], numItems: number, rng: Rng): Pair[] {
  const pair = (user: number, place: number): Pair => {
    const known = new Set(seen[user])
    const unseen = Array.from({ length: numItems }, (_, item) => item).filter((item) => !known.has(item))
    return {
      user,
      place,
      positive: seen[user][place] ?? NO_ITEM,
      negatives: Array.from(
        { length: negativesPerRow },
        () => unseen[rng.int(unseen.length || 1)] ?? NO_ITEM,
      ),
    }
  }
  const first = seen.map((row, user) => pair(user, row.length === 0 ? -1 : row.length >> 1))
  const second = [...seen.keys()].filter((user) => seen[user].length > 1).map((user) => pair(user, 0))
  return [...first, ...second]
}

/** The smallest catalogue `problemsOf` has nothing against, of at least three items. */
export function smallestCatalogue(name: string, problemsOf: (size: Size) => readonly string[]): number {
  const fits = (numItems: number) => problemsOf({ numUsers: many, numItems }).length === 0
  let high = 3
  while (!fits(high)) {
    high *= 2
    if (high > 2 ** 22) throw new Error(`${name}: check accepts no catalogue of up to ${2 ** 22} items`)
  }
  let low = Math.max(3, high >> 1)
  while (low < high) {
    const middle = (low + high) >> 1
    if (fits(middle)) high = middle
    else low = middle + 1
  }
  return high
}

/** More than any parameter asks for: each side is made as small as `check` lets it be on its own. */
export const many = 2 ** 22
