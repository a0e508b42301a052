import { NO_ITEM, type Csr } from '@recdistill/core'
import { expectIds } from '../check-input.ts'
import type { Engine, ListRows } from '../engine.ts'
import { setWords, type Context } from './context.ts'
import { flush } from './deferred-adam.ts'
import { earlierRankings, hintWidth } from './earlier-rankings.ts'
import { Arg, Asked, Control, Kernel, Selection, Sorting, Tile } from './layout.ts'
import { readyRows } from './list-kernels.ts'
import { expectFinite, setJob, type WasmTable } from './table.ts'

/** A table of items laid out for scoring all of them, kept until the table changes. */
interface Catalogue {
  readonly version: number
  readonly count: number
  readonly tiles: number
  readonly items: number
  readonly bounds: number
}

export interface Catalogues extends Pick<Engine<WasmTable>, 'rank' | 'positions' | 'itemsAt'> {
  /** Gives back what was kept for a table. */
  forget(item: WasmTable): void
}

/** Users scored together at most: their rows and lists stay in the second-level cache. */
const BLOCK = 40
/** Bytes of tiles that stay in the first-level cache while the users of a block pass. */
const GROUP_BYTES = 24 * 1024

export function createCatalogues(context: Context): Catalogues {
  const { machine, arena, threads } = context
  const { heap, control } = machine
  const kept = new Map<WasmTable, Catalogue>()
  const earlier = earlierRankings(heap)
  const at = control + Control.args

  return {
    rank(user, item, users, k, exclude) {
      const catalogue = prepare(item)
      arena.begin()
      const n = users.length
      const capacity = Math.min(k + Math.max(k, 64), item.rows + 1)
      const outItems = arena.take(n * k * 4)
      const outScores = arena.take(n * k * 4)
      const question = { user, item, k, exclude, users }
      const isTrained = user.trainable || item.trainable
      const newHints = isTrained ? earlier.room(question) : 0
      const hints = isTrained ? earlier.find(question) : 0
      setWords(context, {
        k,
        capacity,
        asked: Asked.best,
        k0: 0,
        outItems,
        outScores,
        hints,
        newHints,
        hintWidth: hintWidth(k),
      })
      const ids = () => expectIds('rank: users', users, user)
      run(
        user,
        item,
        catalogue,
        users,
        exclude,
        { slot: capacity * 8, sorting: capacity * 8 + Sorting.buckets * 4 },
        ids,
      )
      if (newHints) earlier.keep(question, newHints)
      return {
        users: users.slice(),
        k,
        items: heap.u32.slice(outItems / 4, outItems / 4 + n * k),
        scores: heap.f32.slice(outScores / 4, outScores / 4 + n * k),
      }
    },
    positions(user, item, { users, items, k }, exclude, out) {
      if (out.length === 0) return
      const catalogue = prepare(item)
      arena.begin()
      const result = arena.take(items.length * 4)
      setWords(context, {
        asked: Asked.positions,
        places: k,
        k0: k,
        items0: arena.copyIn(items),
        out: result,
      })
      const ids = () => {
        expectIds('positions: users', users, user)
        expectIds('positions: items', items, item, true)
      }
      run(user, item, catalogue, users, exclude, { slot: (3 * k + 1) * 8, sorting: 0 }, ids)
      out.set(heap.u32.subarray(result / 4, result / 4 + items.length))
    },
    itemsAt(user, item, users, positions, exclude, out) {
      if (out.length === 0) return
      const k = positions.length / users.length
      const catalogue = prepare(item)
      arena.begin()
      const needs = arena.take(users.length * 4)
      const most = writeNeeds(
        { users, items: positions, k },
        item.rows,
        exclude,
        heap.u32.subarray(needs / 4, needs / 4 + users.length),
      )
      const capacity = Math.min(2 * most + 64, item.rows + 1)
      const result = arena.take(positions.length * 4)
      setWords(context, {
        asked: Asked.items,
        places: k,
        k0: 0,
        items0: arena.copyIn(positions),
        out: result,
        needs,
        capacity,
      })
      const sample = (Tile.users + 1) * Tile.items * Selection.tiles * 4
      const bytes = {
        slot: (capacity + 1) * 8,
        sorting: Math.max(sample, capacity * 10 + Math.max(Sorting.buckets, Selection.buckets) * 4 + 64),
      }
      run(user, item, catalogue, users, exclude, bytes, () => expectIds('itemsAt: users', users, user))
      out.set(heap.u32.subarray(result / 4, result / 4 + positions.length))
    },
    forget(item) {
      const old = kept.get(item)
      if (old) for (const pointer of [old.tiles, old.items, old.bounds]) heap.give(pointer)
      kept.delete(item)
      earlier.forget(item)
    },
  }

  function run(
    user: WasmTable,
    item: WasmTable,
    { count, tiles, items, bounds }: Catalogue,
    users: Uint32Array,
    exclude: Csr | null,
    bytes: { slot: number; sorting: number },
    explain: () => void,
  ) {
    const n = users.length
    if (n === 0) return
    const chunkRows = Math.max(
      Math.min(BLOCK, Math.ceil(n / (4 * threads) / Tile.users) * Tile.users),
      Tile.users,
    )
    const scratchBytes =
      Math.ceil((chunkRows * (user.stride * 4 + bytes.slot + 12) + bytes.sorting + 1024) / 64) * 64
    setWords(context, {
      rows: n,
      chunkRows,
      users: arena.copyIn(users),
      k1: 0,
      mode: 0,
      slotBytes: bytes.slot,
      scratchBytes,
      scratch: arena.take(scratchBytes * threads),
      ...(exclude ? copyExclude(users, exclude) : { exclude: 0, excludeOffsets: 0 }),
    })
    const chunks = Math.ceil(n / chunkRows)
    setJob(machine, { user, item, all: 0 })
    readyRows(context, user, user === item ? null : item, chunks, explain)
    setWords(context, {
      k1: count,
      tiles,
      tileItems: items,
      tileBounds: bounds,
      groupTiles: Math.max(1, Math.floor(GROUP_BYTES / (item.stride * 4 * Tile.items))),
    })
    // rounding of a dot product of `stride` terms, of both norms and of their product
    heap.f32[at + Arg.slack] = 1 + (item.stride + 16) * 1.2e-7
    machine.fork(Kernel.rank, chunks)
    expectFinite(machine, [user])
  }

  function prepare(item: WasmTable): Catalogue {
    const old = kept.get(item)
    if (old?.version === item.version) return old
    flush(machine, item)
    arena.begin()
    const norms = arena.take(item.rows * 4)
    const chunkRows = Math.max(1, Math.ceil(8192 / item.stride))
    setJob(machine, { user: null, item, all: 0 })
    setWords(context, { norms, chunkRows })
    machine.fork(Kernel.norms, Math.ceil(item.rows / chunkRows))
    expectFinite(machine, [item])

    const count = Math.ceil(item.rows / Tile.items)
    const tiles = old?.tiles ?? heap.take(count * Tile.items * item.stride * 4)
    const items = old?.items ?? heap.take(count * Tile.items * 4)
    const bounds = old?.bounds ?? heap.take(count * 4)
    const order = heap.u32.subarray(items / 4, items / 4 + count * Tile.items).fill(NO_ITEM)
    orderByNorm(heap.u32.subarray(norms / 4, norms / 4 + item.rows), order)
    let bound = 0
    for (let n = count * Tile.items - 1; n >= 0; n--) {
      if (order[n] !== NO_ITEM) bound = Math.max(bound, heap.f32[norms / 4 + order[n]])
      if (n % Tile.items === 0) heap.f32[bounds / 4 + n / Tile.items] = bound
    }
    const tileRows = Math.max(1, Math.ceil(2048 / item.stride))
    setWords(context, {
      rows: count,
      chunkRows: tileRows,
      tiles,
      tileItems: items,
      zeros: context.zeros(item.stride),
    })
    machine.fork(Kernel.pack, Math.ceil(count / tileRows))
    const catalogue = { version: item.version, count, tiles, items, bounds }
    kept.set(item, catalogue)
    return catalogue
  }

  /** Rows of `exclude` for the users at hand, ascending. */
  function copyExclude(users: Uint32Array, { offsets, items }: Csr) {
    let total = 0
    for (const user of users) total += offsets[user + 1] - offsets[user]
    const excludeOffsets = arena.take((users.length + 1) * 4)
    const exclude = arena.take(total * 4)
    let end = exclude / 4
    for (let n = 0; n < users.length; n++) {
      heap.u32[excludeOffsets / 4 + n] = end - exclude / 4
      const from = offsets[users[n]]
      const to = offsets[users[n] + 1]
      heap.u32.set(items.subarray(from, to), end)
      end += to - from
    }
    heap.u32[excludeOffsets / 4 + users.length] = end - exclude / 4
    return { exclude, excludeOffsets }
  }
}

/** How many of a user's items must be known to find those at the positions, were all excluded ones before them. Returns the most. */
function writeNeeds(
  { users, items: positions, k }: ListRows,
  numItems: number,
  exclude: Csr | null,
  needs: Uint32Array,
): number {
  let most = 0
  for (let row = 0; row < users.length; row++) {
    let need = 0
    for (let j = row * k; j < (row + 1) * k; j++)
      if (positions[j] !== NO_ITEM) need = Math.max(need, positions[j] + 1)
    if (exclude) need += exclude.offsets[users[row] + 1] - exclude.offsets[users[row]]
    needs[row] = Math.min(need, numItems)
    most = Math.max(most, needs[row])
  }
  return most
}

/**
 * Items by falling norm, as far as the upper 16 bits of the number tell (0.8 %), then by id: enough for the bounds,
 * and one counting pass. Norms come as bits, which order like the numbers because none is negative.
 */
function orderByNorm(bits: Uint32Array, order: Uint32Array): void {
  const starts = new Uint32Array(65537)
  for (const norm of bits) starts[65535 - (norm >>> 16) + 1]++
  for (let n = 0; n < 65536; n++) starts[n + 1] += starts[n]
  for (let item = 0; item < bits.length; item++) order[starts[65535 - (bits[item] >>> 16)]++] = item
}
