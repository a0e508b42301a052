import { NO_ITEM } from '@recdistill/core'
import { setWords, type Context } from './context.ts'
import { flush } from './deferred-adam.ts'
import { Kernel, Tile } from './layout.ts'
import { expectFinite, setJob, type WasmTable } from './table.ts'

/** A table of items laid out for scoring all of them: tiles by falling norm, and of each the largest norm from there on. */
export interface TiledItems {
  readonly version: number
  readonly count: number
  readonly tiles: number
  readonly items: number
  readonly bounds: number
}

export interface Tilings {
  /** Made where the table has changed since the last time. */
  of(item: WasmTable): TiledItems
  /** Gives back what was kept for a table. */
  forget(item: WasmTable): void
}

export function createTilings(context: Context): Tilings {
  const { machine, arena } = context
  const { heap } = machine
  const kept = new Map<WasmTable, TiledItems>()

  return {
    of(item) {
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
      const [tiles, items, bounds] = old
        ? [old.tiles, old.items, old.bounds]
        : heap.takeAll([count * Tile.items * item.stride * 4, count * Tile.items * 4, count * 4])
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
      const tiled = { version: item.version, count, tiles, items, bounds }
      kept.set(item, tiled)
      return tiled
    },
    forget(item) {
      const old = kept.get(item)
      if (old) for (const pointer of [old.tiles, old.items, old.bounds]) heap.give(pointer)
      kept.delete(item)
    },
  }
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
