import { NO_ITEM, type Csr } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import type { Backbone, FusedInput } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { fusedOnTables } from './fused-on-tables.ts'
import type { StepEncoders } from './step-encoders.ts'
import type { UserEncoder } from './user-encoder.ts'

/** Users encoded together. */
const atOnce = 1024

type Views = Pick<
  Backbone,
  'dim' | 'scoresOf' | 'positionsOf' | 'rowsOf' | 'rank' | 'scores' | 'pullScores' | 'pullRows'
> &
  Required<Pick<Backbone, 'itemsAt' | 'fused'>>

export interface EncodedLists extends Views {
  /** The parameters are others now. */
  forget(): void
  free(): void
}

/**
 * The views of `encodedUsers` with users and items in exchanged places: an item's row is in a table, and the users in its lists
 * are encoded when they are asked for, each once. To rank, all users are encoded, once per change of the parameters; their
 * vectors are held from then on, users x dim numbers.
 */
export function encodedLists(
  engine: Engine,
  item: Table,
  steps: StepEncoders,
  { numUsers, trainable }: { numUsers: number; trainable: boolean },
): EncodedLists {
  const { dim } = item
  let everyone: Table | null = null
  let fresh = false
  let listed: Table | null = null
  let places = new Uint32Array(0) // of users in `listed`

  const encode = (by: UserEncoder, users: Uint32Array, out: Float32Array) => {
    for (let from = 0; from < users.length; from += atOnce) {
      const some = users.subarray(from, from + atOnce)
      by.encode(some, out.subarray(from * dim, (from + some.length) * dim))
    }
  }
  /** All users, for ranking. */
  const all = (): Table => {
    everyone ??= engine.table('all users', numUsers, dim, { trainable: false })
    if (fresh) return everyone
    const vectors = new Float32Array(numUsers * dim)
    encode(
      steps.plain,
      Uint32Array.from({ length: numUsers }, (_, user) => user),
      vectors,
    )
    engine.write(everyone, vectors)
    fresh = true
    return everyone
  }
  /** A table of the users that stand in some lists, and the lists with places in it for users. */
  const tableOf = (by: UserEncoder, ...lists: readonly Uint32Array[]) => {
    const users = distinct(lists)
    if (listed === null || listed.rows < users.length) {
      if (listed) engine.free(listed)
      listed = engine.table('listed users', 2 ** Math.ceil(Math.log2(Math.max(1, users.length))), dim, { trainable }) // prettier-ignore
    }
    const vectors = new Float32Array(listed.rows * dim)
    encode(by, users, vectors)
    engine.write(listed, vectors)
    if (places.length === 0) places = new Uint32Array(numUsers)
    users.forEach((user, place) => (places[user] = place))
    const placed = (list: Uint32Array) => list.map((user) => (user === NO_ITEM ? NO_ITEM : places[user]))
    return { table: listed, users, placed }
  }
  /** What was added to the gradients of the table goes back to what the vectors were computed from. */
  const pull = (by: UserEncoder, table: Table, users: Uint32Array) => {
    const grad = new Float32Array(table.rows * dim)
    engine.takeGradient(table, grad)
    for (let from = 0; from < users.length; from += atOnce) {
      const some = users.subarray(from, from + atOnce)
      // an encoder pulls back what it encoded last
      if (users.length > atOnce) by.encode(some, new Float32Array(some.length * dim))
      by.pull(some, grad.subarray(from * dim, (from + some.length) * dim))
    }
  }

  const scoresBy = (by: UserEncoder, items: Uint32Array, users: Uint32Array, k: number) => {
    const { table, placed } = tableOf(by, users)
    const out = new Float32Array(items.length * k)
    engine.scoreLists(item, table, { users: items, items: placed(users), k }, out)
    return out
  }
  return {
    dim,
    scoresOf: (items, users, k) => scoresBy(steps.plain, items, users, k),
    positionsOf(items, users, k, exclude) {
      const out = new Uint32Array(items.length * k)
      engine.positions(item, all(), { users: items, items: users, k }, exclude, out)
      return out
    },
    itemsAt(items, positions, k, exclude) {
      const out = new Uint32Array(items.length * k)
      engine.itemsAt(item, all(), items, positions, exclude, out)
      return out
    },
    rank: (items: Uint32Array, k: number, exclude: Csr | null) => engine.rank(item, all(), items, k, exclude),
    rowsOf(of, ids) {
      const out = new Float32Array(ids.length * dim)
      if (of === 'users') engine.gatherRows(item, ids, out)
      else {
        const { table, placed } = tableOf(steps.of(), ids)
        engine.gatherRows(table, placed(ids), out)
      }
      return out
    },
    scores: (items, users, k) => tf.tensor2d(scoresBy(steps.of(users), items, users, k), [items.length, k]),
    pullScores(items, users, k, grad) {
      const by = steps.of(users)
      const { table, users: encoded, placed } = tableOf(by, users)
      engine.pullScores(item, table, { users: items, items: placed(users), k }, grad)
      pull(by, table, encoded)
    },
    pullRows(of, ids, grad) {
      if (of === 'users') {
        engine.pullRows(item, ids, grad)
        return
      }
      const by = steps.of()
      const { table, users, placed } = tableOf(by, ids)
      engine.pullRows(table, placed(ids), grad)
      pull(by, table, users)
    },
    fused(loss, input, scale) {
      if (loss.kind === 'catalogueCrossEntropy') return null // rows of the table are no users of the teacher
      if (steps.apart) return null // its lists are of one encoding
      const by = steps.of()
      const { table, users, placed } = tableOf(by, ...Object.values(input.lists).map(({ items }) => items))
      const value = fusedOnTables(engine, item, table, loss, withLists(input, placed), scale)
      if (value !== null) pull(by, table, users)
      return value
    },
    forget: () => void (fresh = false),
    free() {
      for (const table of [everyone, listed]) if (table) engine.free(table)
    },
  }
}

/** Each user that stands in a list once, in the order they come. */
function distinct(lists: readonly Uint32Array[]): Uint32Array {
  const users = new Set<number>()
  for (const list of lists) for (const user of list) if (user !== NO_ITEM) users.add(user)
  return Uint32Array.from(users)
}

function withLists(input: FusedInput, placed: (list: Uint32Array) => Uint32Array): FusedInput {
  const lists = Object.entries(input.lists).map(
    ([name, list]) => [name, { ...list, items: placed(list.items) }] as const,
  )
  return { ...input, lists: Object.fromEntries(lists) }
}
