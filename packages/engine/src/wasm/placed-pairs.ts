import { expectIds } from '../check-input.ts'
import type { ListRows, PerceptronTables } from '../engine.ts'
import type { Arena } from './arena.ts'
import { setWords, type Context } from './context.ts'
import { createDistinctItems } from './distinct-items.ts'
import { Head, Kernel, Mode, Pairs } from './layout.ts'
import { firstRowOf, placePerceptron, type PlacedPerceptron } from './perceptron-words.ts'
import { runProduct } from './product.ts'
import { readyRows } from './ready-rows.ts'
import { field, setJob, type WasmTable } from './table.ts'

/** What all work on the pairs of a perceptron takes. */
export interface PairWork {
  readonly context: Context
  readonly arena: Arena
  readonly tables: PerceptronTables<WasmTable>
}

/** Rows of users, or distinct items: their deep rows, and what those give to the first layer. */
export interface Owners {
  readonly ids: Uint32Array
  /** [ids, stride of the deep table] */
  readonly deep: number
  /** [ids, stride of the first layer]; the users' have its bias. */
  readonly shares: number
}

/** A block of lists in memory, its rows current. */
export interface PlacedPairs extends PlacedPerceptron {
  readonly rows: ListRows
  readonly users: number
  readonly items: number
  /** The place of each pair's item among the distinct ones. */
  readonly slots: Uint32Array
  /** `scratchBytes` for each thread. */
  readonly scratch: number
  readonly ofUsers: Owners
  readonly ofItems: Owners
}

/** Pieces that pairs, rows and items are cut into at most; they do not depend on the number of threads. */
export const PARTS = 64

/** Where one half of the first layer's weights begins: the users' or the items'. */
export function halfOf({ context, tables }: PairWork, half: 0 | 1): number {
  const { weights } = tables.layers[0]
  return field(context.machine, weights, Head.values) + firstRowOf(tables, half) * weights.stride * 4
}

export function createPairPlacer(work: PairWork): (what: string, rows: ListRows) => PlacedPairs {
  const { context, arena, tables } = work
  const { machine } = context
  const { heap } = machine
  const { user, item, deepUser, deepItem } = tables
  const { weights, bias } = tables.layers[0]
  const distinctItems = createDistinctItems(item.rows)

  /** Brings the rows of lists up to date and finds wrong ids. */
  const ready = (what: string, { users, items, k }: ListRows, at: { users: number; items0: number }) => {
    const chunkRows = Math.ceil(users.length / PARTS)
    for (const [left, right] of [
      [user, item],
      [deepUser, deepItem],
    ]) {
      setWords(context, { ...at, rows: users.length, chunkRows, k0: k, k1: 0, mode: Mode.score })
      setJob(machine, { user: left, item: right, all: 0 })
      readyRows(context, left, right, Math.ceil(users.length / chunkRows), () => {
        expectIds(`${what}: users`, users, user)
        expectIds(`${what}: items`, items, item, true)
      })
    }
  }

  const owners = (ids: Uint32Array, table: WasmTable, half: 0 | 1): Owners => {
    const deep = arena.take(ids.length * table.stride * 4)
    const shares = arena.take(ids.length * weights.stride * 4)
    const chunkRows = Math.max(1, Math.ceil(ids.length / PARTS))
    setWords(context, { users: arena.copyIn(ids), rows: ids.length, chunkRows, out: deep })
    setJob(machine, { user: table, item: null, all: 0 })
    machine.fork(Kernel.gather, Math.ceil(ids.length / chunkRows))
    const biases = field(machine, bias, Head.values)
    if (half === 0)
      for (let n = 0; n < ids.length; n++)
        heap.u8.copyWithin(shares + n * weights.stride * 4, biases, biases + weights.stride * 4)
    runProduct(context, {
      left: deep,
      steps: [table.stride * 4, 4],
      rows: ids.length,
      inner: table.dim,
      right: halfOf(work, half),
      stride: weights.stride,
      out: shares,
      adds: half === 0,
    })
    return { ids, deep, shares }
  }

  return (what, rows) => {
    arena.begin()
    const [users, items] = [arena.copyIn(rows.users), arena.copyIn(rows.items)]
    ready(what, rows, { users, items0: items })
    const placed = placePerceptron(context, arena, tables)
    const at = arena.take(rows.items.length * 4) / 4
    const slots = heap.u32.subarray(at, at + rows.items.length)
    const distinct = distinctItems(rows.items, slots)
    const scratch = arena.take(placed.scratchBytes * context.threads)
    const ofUsers = owners(rows.users, deepUser, 0)
    const ofItems = owners(distinct, deepItem, 1)
    return { ...placed, rows, users, items, slots, scratch, ofUsers, ofItems }
  }
}

/** Sets what the kernels over pairs are told, and says into how many parts the pairs are cut. */
export function tellPairs({ context, tables }: PairWork, placed: PlacedPairs): number {
  const { rows, network, scratch, scratchBytes, partBytes } = placed
  const chunkRows = Math.ceil(rows.items.length / PARTS / Pairs.block) * Pairs.block
  setJob(context.machine, { user: tables.user, item: tables.item, all: 0 })
  setWords(context, {
    users: placed.users,
    items0: placed.items,
    k0: rows.k,
    rows: rows.items.length,
    chunkRows,
    slots: placed.slots.byteOffset,
    ofUsers: placed.ofUsers.shares,
    ofItems: placed.ofItems.shares,
    network,
    partBytes,
    scratch,
    scratchBytes,
  })
  return Math.ceil(rows.items.length / chunkRows)
}
