import type { PairPerceptron, PerceptronTables } from '../engine.ts'
import { createArena, type Arena } from './arena.ts'
import { setWords, type Context } from './context.ts'
import { flush } from './deferred-adam.ts'
import { gatherRows } from './gathered-rows.ts'
import { Head, Kernel, Tile } from './layout.ts'
import { firstRowOf, placePerceptron } from './perceptron-words.ts'
import { createProduct } from './product.ts'
import { arrayOf, type WasmTable } from './table.ts'

/** Bytes of tiles that stay in the second-level cache while users pass. */
const GROUP_BYTES = 2 ** 16
/** Scores that are made at once. */
const BLOCK_BYTES = 2 ** 24

/** Items in tiles of 8, their numbers side by side: vectors of the product, then shares of the first layer. Made when first asked for. */
export function pairCatalogue(
  context: Context,
  arena: Arena,
  tables: PerceptronTables<WasmTable>,
): Pick<PairPerceptron, 'scoreAll' | 'forget' | 'release'> {
  const { machine, threads } = context
  const { heap } = machine
  const { user, item, deepUser, deepItem, layers, output } = tables
  const { weights: first, bias: firstBias } = layers[0]
  const { dim } = user
  const numbers = dim + first.dim
  const count = Math.ceil(item.rows / Tile.items)
  const product = createProduct(context)
  const kept = createArena(heap)
  let tiles: number | null = null

  /** Rows of deep vectors through one half of the first layer. [rows, width] */
  const share = (deep: Float32Array, half: 0 | 1) => {
    const out = new Float32Array((deep.length / dim) * first.dim)
    const from = firstRowOf(tables, half) * first.dim
    const weights = arrayOf(machine, first, Head.values).slice(from, from + dim * first.dim)
    product(deep, weights, { rows: deep.length / dim, inner: dim, columns: first.dim }, out)
    return out
  }
  /** Rows of two arrays, one after the other, `size` rows side by side. */
  const sideBySide = (at: number, size: number, left: Float32Array, right: Float32Array, rows: number) => {
    const out = heap.f32.subarray(at / 4, at / 4 + Math.ceil(rows / size) * size * numbers).fill(0)
    for (let row = 0; row < rows; row++) {
      let to = Math.floor(row / size) * size * numbers + (row % size)
      for (let n = row * dim; n < (row + 1) * dim; n++, to += size) out[to] = left[n]
      for (let n = row * first.dim; n < (row + 1) * first.dim; n++, to += size) out[to] = right[n]
    }
  }
  const placeTiles = () => {
    for (const table of [item, deepItem, first]) flush(machine, table)
    kept.begin()
    const at = kept.take(count * Tile.items * numbers * 4)
    sideBySide(
      at,
      Tile.items,
      arrayOf(machine, item, Head.values),
      share(arrayOf(machine, deepItem, Head.values), 1),
      item.rows,
    )
    return at
  }
  const gathered = (table: WasmTable, ids: Uint32Array) => {
    const out = new Float32Array(ids.length * dim)
    gatherRows(context, table, ids, out)
    return out
  }
  const scoreBlock = (users: Uint32Array, out: Float32Array) => {
    tiles ??= placeTiles()
    const [vectors, deep] = [gathered(user, users), gathered(deepUser, users)]
    arena.begin()
    const { network, scratchBytes } = placePerceptron(context, arena, tables)
    const weights = arrayOf(machine, output, Head.values)
    const bias = arrayOf(machine, firstBias, Head.values)
    const shares = share(deep, 0)
    for (let n = 0; n < vectors.length; n++) vectors[n] *= weights[n % dim]
    for (let n = 0; n < shares.length; n++) shares[n] += bias[n % first.dim]
    const rows = Math.ceil(users.length / Tile.users) * Tile.users
    const packed = arena.take(rows * numbers * 4)
    const scores = arena.take(rows * count * Tile.items * 4)
    const scratch = arena.take(scratchBytes * threads)
    sideBySide(packed, Tile.users, vectors, shares, users.length)
    const groupTiles = Math.max(1, Math.floor(GROUP_BYTES / (Tile.items * numbers * 4)))
    setWords(context, {
      ofUsers: packed,
      rows,
      tiles,
      k1: count,
      groupTiles,
      dim,
      numItems: count * Tile.items,
      out: scores,
      network,
      scratch,
      scratchBytes,
    })
    machine.fork(Kernel.pairCatalogue, Math.ceil(count / groupTiles))
    for (let n = 0; n < users.length; n++) {
      const from = scores / 4 + n * count * Tile.items
      out.set(heap.f32.subarray(from, from + item.rows), n * item.rows)
    }
  }

  return {
    scoreAll(users, out) {
      const most = Math.max(Tile.users, Math.floor(BLOCK_BYTES / 4 / Math.max(item.rows, 1)))
      for (let from = 0; from < users.length; from += most)
        scoreBlock(
          users.subarray(from, from + most),
          out.subarray(from * item.rows, (from + most) * item.rows),
        )
    },
    forget() {
      tiles = null
    },
    release() {
      tiles = null
      kept.dispose()
    },
  }
}
