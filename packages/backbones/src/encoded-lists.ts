import { NO_ITEM, type Csr } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import type { Backbone, FusedInput } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import type { UserEncoder } from './encoded-users.ts'
import { fusedOnTables } from './fused-on-tables.ts'

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
  encoder: UserEncoder,
  { numUsers, trainable }: { numUsers: number; trainable: boolean },
): EncodedLists {
  const { dim } = item
  let everyone: Table | null = null
  let fresh = false
  let listed: Table | null = null
  let places = new Uint32Array(0) // of users in `listed`

  const encode = (users: Uint32Array, out: Float32Array) => {
    for (let from = 0; from < users.length; from += atOnce) {
      const some = users.subarray(from, from + atOnce)
      encoder.encode(some, out.subarray(from * dim, (from + some.length) * dim))
    }
  }
  /** All users, for ranking. */
  const all = (): Table => {
    everyone ??= engine.table('all users', numUsers, dim, { trainable: false })
    if (fresh) return everyone
    const vectors = new Float32Array(numUsers * dim)
    encode(
      Uint32Array.from({ length: numUsers }, (_, user) => user),
      vectors,
    )
    engine.write(everyone, vectors)
    fresh = true
    return everyone
  }
  /** A table of the users that stand in some lists, and the lists with places in it for users. */
  const tableOf = (...lists: readonly Uint32Array[]) => {
    const users = distinct(lists)
    if (listed === null || listed.rows < users.length) {
      if (listed) engine.free(listed)
      listed = engine.table('listed users', 2 ** Math.ceil(Math.log2(Math.max(1, users.length))), dim, { trainable }) // prettier-ignore
    }
    const vectors = new Float32Array(listed.rows * dim)
    encode(users, vectors)
    engine.write(listed, vectors)
    if (places.length === 0) places = new Uint32Array(numUsers)
    users.forEach((user, place) => (places[user] = place))
    const placed = (list: Uint32Array) => list.map((user) => (user === NO_ITEM ? NO_ITEM : places[user]))
    return { table: listed, users, placed }
  }
  /** What was added to the gradients of the table goes back to what the vectors were computed from. */
  const pull = (table: Table, users: Uint32Array) => {
    const grad = new Float32Array(table.rows * dim)
    engine.takeGradient(table, grad)
    for (let from = 0; from < users.length; from += atOnce) {
      const some = users.subarray(from, from + atOnce)
      // an encoder pulls back what it encoded last
      if (users.length > atOnce) encoder.encode(some, new Float32Array(some.length * dim))
      encoder.pull(some, grad.subarray(from * dim, (from + some.length) * dim))
    }
  }

  const scoresOf: Views['scoresOf'] = (items, users, k) => {
    const { table, placed } = tableOf(users)
    const out = new Float32Array(items.length * k)
    engine.scoreLists(item, table, { users: items, items: placed(users), k }, out)
    return out
  }
  return {
    dim,
    scoresOf,
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
      else encode(ids, out)
      return out
    },
    scores: (items, users, k) => tf.tensor2d(scoresOf(items, users, k), [items.length, k]),
    pullScores(items, users, k, grad) {
      const { table, users: encoded, placed } = tableOf(users)
      engine.pullScores(item, table, { users: items, items: placed(users), k }, grad)
      pull(table, encoded)
    },
    pullRows(of, ids, grad) {
      if (of === 'users') {
        engine.pullRows(item, ids, grad)
        return
      }
      const { table, users, placed } = tableOf(ids)
      engine.pullRows(table, placed(ids), grad)
      pull(table, users)
    },
    fused(loss, input, scale) {
      if (loss.kind === 'catalogueCrossEntropy') return null // rows of the table are no users of the teacher
      const { table, users, placed } = tableOf(...Object.values(input.lists).map(({ items }) => items))
      const value = fusedOnTables(engine, item, table, loss, withLists(input, placed), scale)
      if (value !== null) pull(table, users)
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
