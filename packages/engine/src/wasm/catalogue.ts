import { NO_ITEM, type Csr } from '@recdistill/core'
import { expectIds } from '../check-input.ts'
import type { Engine, ListRows } from '../engine.ts'
import { setWords, type Context } from './context.ts'
import { earlierRankings, hintWidth } from './earlier-rankings.ts'
import { excludedRows } from './excluded-rows.ts'
import { Arg, Asked, Control, Kernel, Selection, Sorting, Tile } from './layout.ts'
import { readyRows } from './ready-rows.ts'
import { expectFinite, setJob, type WasmTable } from './table.ts'
import { createTilings, type TiledItems } from './tiled-items.ts'

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
  const tilings = createTilings(context)
  const earlier = earlierRankings(heap)
  const at = control + Control.args

  return {
    rank(user, item, users, k, exclude) {
      const tiled = tilings.of(item)
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
      const bytes = { slot: capacity * 8, sorting: capacity * 8 + Sorting.buckets * 4 }
      try {
        run(user, item, tiled, users, exclude, bytes, () => expectIds('rank: users', users, user))
      } catch (error) {
        heap.give(newHints)
        throw error
      }
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
      const tiled = tilings.of(item)
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
      run(user, item, tiled, users, exclude, { slot: (3 * k + 1) * 8, sorting: 0 }, ids)
      out.set(heap.u32.subarray(result / 4, result / 4 + items.length))
    },
    itemsAt(user, item, users, positions, exclude, out) {
      if (out.length === 0) return
      const k = positions.length / users.length
      const tiled = tilings.of(item)
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
      run(user, item, tiled, users, exclude, bytes, () => expectIds('itemsAt: users', users, user))
      out.set(heap.u32.subarray(result / 4, result / 4 + positions.length))
    },
    forget(item) {
      tilings.forget(item)
      earlier.forget(item)
    },
  }

  function run(
    user: WasmTable,
    item: WasmTable,
    { count, tiles, items, bounds }: TiledItems,
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
      ...excludedRows(context, users, exclude),
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
