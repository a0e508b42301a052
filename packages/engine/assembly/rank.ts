import { Arg, Asked, Head, Tile } from '../src/wasm/layout'
import { normOf } from './catalogue'
import { collect, finishAt, floored } from './items-at'
import { arg, argF, head, rowBytes } from './memory'
import { count, finishPositions, given } from './positions'
import { sampled } from './sample-scores'
import { fma } from './simd'
import { finishRank, hinted, offer } from './top-k'

/**
 * The k best items of some users, positions of given items, or the items at given positions. Tiles come in falling order of norm,
 * so a block of users is done with all that follows when no user's norm times the tile's bound can reach what the
 * user still looks for (Cauchy and Schwarz, with a margin for rounding).
 */
export function rank(chunk: u32, thread: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const asked = arg(Arg.asked)
  const user = <usize>arg(Arg.user)
  const bytes = rowBytes(user)
  const values = <usize>head(user, Head.values)
  const blocks = (to - from + Tile.users - 1) / Tile.users
  const slots = blocks * Tile.users

  // scratch: what each user looks for, and its block of rows side by side; room to sort follows what each collects
  const thresholds = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  const lengths = thresholds + (<usize>slots << 2)
  const counts = lengths + (<usize>slots << 2)
  const scores = counts + (<usize>slots << 2)
  const rows = scores + 4 * Tile.users * Tile.items
  const keys = (rows + <usize>slots * bytes + 7) & ~7
  const sorting = keys + <usize>slots * <usize>arg(Arg.slotBytes)

  for (let slot: u32 = 0; slot < slots; slot++) {
    const at = <usize>slot << 2
    const target = rows + <usize>(slot / Tile.users) * bytes * Tile.users + (<usize>(slot % Tile.users) << 2)
    store<u32>(counts + at, 0)
    if (from + slot >= to) {
      for (let o: usize = 0; o < bytes; o += 4) store<f32>(target + o * Tile.users, 0)
      store<f32>(thresholds + at, Infinity)
      store<f32>(lengths + at, 0)
      continue
    }
    const id = load<u32>(<usize>arg(Arg.users) + (<usize>(from + slot) << 2))
    const u = values + <usize>id * bytes
    for (let o: usize = 0; o < bytes; o += 4) store<f32>(target + o * Tile.users, load<f32>(u + o))
    store<f32>(lengths + at, normOf(user, id, bytes))
    if (asked == Asked.positions) store<f32>(thresholds + at, given(from + slot, u, slot, keys, bytes))
    else if (asked == Asked.best) store<f32>(thresholds + at, hinted(from + slot, u, bytes, sorting))
  }
  if (asked == Asked.items)
    for (let block: u32 = 0; block < blocks; block++) {
      const packed = rows + <usize>block * bytes * Tile.users
      sampled(from + block * Tile.users, to, packed, thresholds + (<usize>(block * Tile.users) << 2), bytes, sorting)
      for (let r: u32 = 0; r < <u32>Tile.users; r++) floored(block * Tile.users + r, keys, thresholds)
    }

  const tiles = <usize>arg(Arg.tiles)
  const tileBytes = bytes * Tile.items
  const tileCount = arg(Arg.k1)
  const group = arg(Arg.groupTiles)
  const slack = argF(Arg.slack)
  for (let first: u32 = 0; first < tileCount; first += group) {
    const bound = load<f32>(<usize>arg(Arg.tileBounds) + (<usize>first << 2)) * slack
    const end = min(first + group, tileCount)
    let alive = false
    for (let block: u32 = 0; block < blocks; block++) {
      const slot = block * Tile.users
      const wanted = thresholds + (<usize>slot << 2)
      const norm = lengths + (<usize>slot << 2)
      let open = false
      for (let r: usize = 0; r < 4 * Tile.users; r += 4)
        open = open || load<f32>(norm + r) * bound + <f32>1e-36 >= load<f32>(wanted + r)
      if (!open) continue
      alive = true
      const packedUsers = rows + <usize>block * bytes * Tile.users
      for (let tile = first; tile < end; tile++) {
        let u = packedUsers
        let t = tiles + <usize>tile * tileBytes
        const stop = t + tileBytes
        let a0 = f32x4.splat(0)
        let a1 = f32x4.splat(0)
        let b0 = f32x4.splat(0)
        let b1 = f32x4.splat(0)
        let c0 = f32x4.splat(0)
        let c1 = f32x4.splat(0)
        let d0 = f32x4.splat(0)
        let d1 = f32x4.splat(0)
        do {
          const i0 = v128.load(t)
          const i1 = v128.load(t, 16)
          let x = v128.load32_splat(u)
          a0 = fma(x, i0, a0)
          a1 = fma(x, i1, a1)
          x = v128.load32_splat(u, 4)
          b0 = fma(x, i0, b0)
          b1 = fma(x, i1, b1)
          x = v128.load32_splat(u, 8)
          c0 = fma(x, i0, c0)
          c1 = fma(x, i1, c1)
          x = v128.load32_splat(u, 12)
          d0 = fma(x, i0, d0)
          d1 = fma(x, i1, d1)
          t += 32
          u += 4 * Tile.users
        } while (t < stop)
        let hit = v128.or(reach(a0, a1, wanted), reach(b0, b1, wanted + 4))
        hit = v128.or(hit, v128.or(reach(c0, c1, wanted + 8), reach(d0, d1, wanted + 12)))
        if (!v128.any_true(hit)) continue
        v128.store(scores, a0)
        v128.store(scores, a1, 16)
        v128.store(scores, b0, 32)
        v128.store(scores, b1, 48)
        v128.store(scores, c0, 64)
        v128.store(scores, c1, 80)
        v128.store(scores, d0, 96)
        v128.store(scores, d1, 112)
        take(asked, tile, from, slot, 0, maskOf(a0, a1, wanted), scores, keys, counts, wanted, sorting)
        take(asked, tile, from, slot, 1, maskOf(b0, b1, wanted + 4), scores, keys, counts, wanted, sorting)
        take(asked, tile, from, slot, 2, maskOf(c0, c1, wanted + 8), scores, keys, counts, wanted, sorting)
        take(asked, tile, from, slot, 3, maskOf(d0, d1, wanted + 12), scores, keys, counts, wanted, sorting)
      }
    }
    if (!alive) break
  }
  for (let row = from; row < to; row++)
    if (asked == Asked.positions) finishPositions(row, row - from, keys, bytes)
    else if (asked == Asked.items) finishAt(row, row - from, keys, counts, thresholds, bytes, sorting)
    else finishRank(row, row - from, keys, load<u32>(counts + (<usize>(row - from) << 2)), sorting)
}

// @ts-ignore: decorator
@inline
function reach(low: v128, high: v128, wanted: usize): v128 {
  const threshold = v128.load32_splat(wanted)
  return v128.or(f32x4.ge(low, threshold), f32x4.ge(high, threshold))
}

/** A bit for each of the 8 scores that reach the threshold at `wanted`. */
// @ts-ignore: decorator
@inline
function maskOf(low: v128, high: v128, wanted: usize): u32 {
  const threshold = v128.load32_splat(wanted)
  return i32x4.bitmask(f32x4.ge(low, threshold)) | (i32x4.bitmask(f32x4.ge(high, threshold)) << 4)
}

/** Hands the items of a tile that reach user `r` of a block on to whoever collects them. */
// @ts-ignore: decorator
@inline
function take(
  asked: u32,
  tile: u32,
  from: u32,
  slot: u32,
  r: u32,
  mask: u32,
  scores: usize,
  keys: usize,
  counts: usize,
  wanted: usize,
  sorting: usize,
): void {
  if (mask == 0) return
  const mine = scores + (<usize>r << 5)
  if (asked == Asked.positions) count(tile, slot + r, mask, mine, keys)
  else if (asked == Asked.items) collect(tile, from + slot + r, slot + r, mask, mine, keys, counts, wanted + (<usize>r << 2), sorting)
  else offer(tile, from + slot + r, slot + r, mask, mine, keys, counts, wanted + (<usize>r << 2), sorting)
}
