import { NO_ITEM, type Rng } from '@recdistill/core'
import {
  InputError,
  type ListSpec,
  type Lists,
  type Over,
  type Rows,
  type RowsSpec,
} from '@recdistill/plugin'
import { floydSample } from '@recdistill/samplers'
import type { TrainBatch } from './batches.ts'
import type { UserLists } from './user-lists.ts'

/** The rows a loss runs over: users, and for a loss over pairs the training pair of each. */
export interface LossRows {
  readonly users: Uint32Array // [rows]
  /** Places in the training items. [rows]; null for a loss over users. */
  readonly pairs: Uint32Array | null
  /** Drawn with the pairs. [rows, negativesPerPair]; read by a loss over pairs alone. */
  readonly negatives: Uint32Array
  readonly batch: TrainBatch
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  /** Share of the epochs done. */
  readonly progress: number
}

/** A block of rows of one batch: which items each list holds for them, and whose vectors the loss reads. Made when first asked for. */
export class BatchBlock {
  readonly users: Uint32Array
  readonly rows: LossRows
  readonly rng: Rng
  readonly #lists: UserLists
  readonly #rowSpecs: Rows
  readonly #items = new Map<string, Uint32Array>()
  readonly #ids = new Map<string, Uint32Array>()

  constructor(rows: LossRows, { lists, specs, rng }: { lists: UserLists; specs: Rows; rng: Rng }) {
    this.rows = rows
    this.users = rows.users
    this.rng = rng
    this.#lists = lists
    this.#rowSpecs = specs
  }

  sizeOf(name: string): number {
    return listSize(this.#lists.lists, name, this.#lists.world.numItems, this.rows.batch.negativesPerPair)
  }

  /** [rows, size] */
  items(name: string): Uint32Array {
    let items = this.#items.get(name)
    if (items === undefined) this.#items.set(name, (items = this.#itemsOf(name)))
    return items
  }

  /** Whose vectors `name` holds; `NO_ITEM` where a list is padding. [n] */
  ids(name: string): Uint32Array {
    let ids = this.#ids.get(name)
    if (ids === undefined) this.#ids.set(name, (ids = this.#idsOf(name, this.#rowSpecs[name])))
    return ids
  }

  sideOf(name: string): 'users' | 'items' {
    const spec = this.#rowSpecs[name]
    if (typeof spec === 'object') return spec.of
    return spec === 'users' ? 'users' : 'items'
  }

  /** Whether it holds rows before propagation or the like, of a model that has such. */
  isRaw(name: string): boolean {
    const spec = this.#rowSpecs[name]
    return typeof spec === 'object' && 'all' in spec && spec.raw === true
  }

  #itemsOf(name: string): Uint32Array {
    const { users, pairs, negatives, epoch } = this.rows
    const spec = this.#lists.lists[name]
    const size = this.sizeOf(name)
    if ('pair' in spec) {
      if (spec.pair === 'negatives') return negatives
      return (pairs as Uint32Array).map((pair) => this.#lists.world.train.items[pair])
    }
    const out = new Uint32Array(users.length * size)
    if (spec.size === 'catalogue') {
      for (let n = 0; n < size; n++) out[n] = n
      for (let row = 1; row < users.length; row++) out.copyWithin(row * size, 0, size)
      return out
    }
    const { items } = this.#lists.list(name)
    users.forEach((user, row) => {
      const start =
        spec.per === 'pair'
          ? this.#lists.pairStart(name, user, (pairs as Uint32Array)[row], epoch)
          : user * size
      out.set(items.subarray(start, start + size), row * size)
    })
    return out
  }

  #idsOf(name: string, spec: RowsSpec): Uint32Array {
    const { batch } = this.rows
    if (spec === 'users') return ascending(batch.users)
    if (spec === 'positives') return ascending(batch.pairItems)
    if (spec === 'negatives') return ascending(batch.pairNegatives)
    if (spec === 'items') return ascending(batch.pairItems, batch.pairNegatives)
    if ('list' in spec) return this.items(spec.list)
    if ('per' in spec) return this.users
    const count = spec.of === 'users' ? this.#lists.world.numUsers : this.#lists.world.numItems
    if ('all' in spec) return new Uint32Array(count).map((_, id) => id)
    const ids = new Uint32Array(Math.min(spec.random, count))
    floydSample(count, ids, this.rng.fork('rows').fork(name))
    return ids.sort()
  }
}

/** Places a list has in each row. */
export function listSize(lists: Lists, name: string, numItems: number, negatives: number): number {
  const spec = lists[name]
  if ('pair' in spec) return spec.pair === 'positive' ? 1 : negatives
  return spec.size === 'catalogue' ? numItems : spec.size
}

/** @throws InputError when a list is of training pairs and the loss runs over users. */
export function checkPairLists(method: string, over: Over, lists: Lists): void {
  for (const [name, spec] of Object.entries(lists))
    if (over !== 'pairs' && isOfPairs(spec))
      throw new InputError(
        `${method}: list "${name}" is ${'pair' in spec ? "the training pair's own" : 'drawn per pair'}, so the loss must run over pairs`,
      )
}

export function needsPairs(lists: Lists): boolean {
  return Object.values(lists).some(isOfPairs)
}

function isOfPairs(spec: ListSpec): boolean {
  return 'pair' in spec || ('per' in spec && spec.per === 'pair')
}

/** 1 where there is an item, 0 where there is none. */
export function maskOf(items: Uint32Array): Float32Array {
  const out = new Float32Array(items.length)
  for (let n = 0; n < items.length; n++) out[n] = items[n] === NO_ITEM ? 0 : 1
  return out
}

/** Rows `users` of numbers kept per user. */
export function gatherRows(source: Float32Array, size: number, users: Uint32Array): Float32Array {
  const out = new Float32Array(users.length * size)
  users.forEach((user, row) => out.set(source.subarray(user * size, (user + 1) * size), row * size))
  return out
}

function ascending(...ids: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(ids.reduce((sum, each) => sum + each.length, 0))
  let count = 0
  for (const each of ids) {
    all.set(each, count)
    count += each.length
  }
  all.sort()
  count = 0
  for (const id of all) if (count === 0 || all[count - 1] !== id) all[count++] = id
  return all.subarray(0, count)
}
