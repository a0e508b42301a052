import { Arg, Head, Tile } from '../src/wasm/layout'
import { report } from './adam'
import { arg, argF, head, NO_ITEM, rowBytes } from './memory'
import { keep, sortDescending } from './select'
import { fma } from './simd'

/** Euclidean norm of each row, by which the catalogue is ordered; a row that is not finite is noted. */
export function norms(chunk: u32): void {
  const table = <usize>arg(Arg.item)
  const bytes = rowBytes(table)
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), head(table, Head.rows))
  for (let row = from; row < to; row++)
    store<f32>(<usize>arg(Arg.norms) + (<usize>row << 2), normOf(table, row, bytes))
}

function normOf(table: usize, row: u32, bytes: usize): f32 {
  const at = <usize>head(table, Head.values) + <usize>row * bytes
  let sum = f64x2.splat(0)
  for (let o: usize = 0; o < bytes; o += 8) {
    const x = f64x2.promote_low_f32x4(v128.load64_zero(at + o))
    sum = f64x2.add(sum, f64x2.mul(x, x))
  }
  const norm = <f32>Math.sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
  if (!(norm < Infinity)) report(table, row)
  return norm
}

/** Items in the order of the tiles, 8 side by side: tiles[t, d, lane]. */
export function pack(chunk: u32): void {
  const table = <usize>arg(Arg.item)
  const bytes = rowBytes(table)
  const values = <usize>head(table, Head.values)
  const zeros = <usize>arg(Arg.zeros)
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  for (let tile = from; tile < to; tile++)
    for (let half: u32 = 0; half < 2; half++) {
      const ids = <usize>arg(Arg.tileItems) + (<usize>(tile * Tile.items + half * 4) << 2)
      const a = packed(values, bytes, load<u32>(ids), zeros)
      const b = packed(values, bytes, load<u32>(ids, 4), zeros)
      const c = packed(values, bytes, load<u32>(ids, 8), zeros)
      const d = packed(values, bytes, load<u32>(ids, 12), zeros)
      let out = <usize>arg(Arg.tiles) + <usize>tile * bytes * Tile.items + (<usize>half << 4)
      for (let o: usize = 0; o < bytes; o += 16) {
        const a4 = v128.load(a + o)
        const b4 = v128.load(b + o)
        const c4 = v128.load(c + o)
        const d4 = v128.load(d + o)
        const ab0 = v128.shuffle<f32>(a4, b4, 0, 4, 1, 5)
        const ab2 = v128.shuffle<f32>(a4, b4, 2, 6, 3, 7)
        const cd0 = v128.shuffle<f32>(c4, d4, 0, 4, 1, 5)
        const cd2 = v128.shuffle<f32>(c4, d4, 2, 6, 3, 7)
        v128.store(out, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5))
        v128.store(out, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7), 32)
        v128.store(out, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5), 64)
        v128.store(out, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7), 96)
        out += 128
      }
    }
}

// @ts-ignore: decorator
@inline
function packed(values: usize, bytes: usize, id: u32, zeros: usize): usize {
  return id == NO_ITEM ? zeros : values + <usize>id * bytes
}

/**
 * Either the k best items of some users (places 0), or positions of given items. Tiles come in falling order of norm,
 * so a block of users is done with all that follows when no user's norm times the tile's bound can reach what the
 * user still looks for (Cauchy and Schwarz, with a margin for rounding).
 */
export function rank(chunk: u32, thread: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const positions = arg(Arg.places) != 0
  const user = <usize>arg(Arg.user)
  const bytes = rowBytes(user)
  const values = <usize>head(user, Head.values)
  const blocks = (to - from + Tile.users - 1) / Tile.users
  const slots = blocks * Tile.users

  // scratch: what each user looks for, and its block of five rows side by side
  const thresholds = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  const lengths = thresholds + (<usize>slots << 2)
  const counts = lengths + (<usize>slots << 2)
  const scores = counts + (<usize>slots << 2)
  const rows = scores + 4 * Tile.users * Tile.items
  const keys = (rows + <usize>slots * bytes + 7) & ~7

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
    store<f32>(thresholds + at, positions ? given(from + slot, u, slot, keys, bytes) : hinted(from + slot, u, bytes))
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
        let e0 = f32x4.splat(0)
        let e1 = f32x4.splat(0)
        do {
          let i0 = v128.load(t)
          let i1 = v128.load(t, 16)
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
          x = v128.load32_splat(u, 16)
          e0 = fma(x, i0, e0)
          e1 = fma(x, i1, e1)
          i0 = v128.load(t, 32)
          i1 = v128.load(t, 48)
          x = v128.load32_splat(u, 20)
          a0 = fma(x, i0, a0)
          a1 = fma(x, i1, a1)
          x = v128.load32_splat(u, 24)
          b0 = fma(x, i0, b0)
          b1 = fma(x, i1, b1)
          x = v128.load32_splat(u, 28)
          c0 = fma(x, i0, c0)
          c1 = fma(x, i1, c1)
          x = v128.load32_splat(u, 32)
          d0 = fma(x, i0, d0)
          d1 = fma(x, i1, d1)
          x = v128.load32_splat(u, 36)
          e0 = fma(x, i0, e0)
          e1 = fma(x, i1, e1)
          t += 64
          u += 8 * Tile.users
        } while (t < stop)
        let hit = v128.or(reach(a0, a1, wanted), reach(b0, b1, wanted + 4))
        hit = v128.or(hit, v128.or(reach(c0, c1, wanted + 8), reach(d0, d1, wanted + 12)))
        hit = v128.or(hit, reach(e0, e1, wanted + 16))
        if (!v128.any_true(hit)) continue
        v128.store(scores, a0)
        v128.store(scores, a1, 16)
        v128.store(scores, b0, 32)
        v128.store(scores, b1, 48)
        v128.store(scores, c0, 64)
        v128.store(scores, c1, 80)
        v128.store(scores, d0, 96)
        v128.store(scores, d1, 112)
        v128.store(scores, e0, 128)
        v128.store(scores, e1, 144)
        take(positions, tile, from, slot, 0, maskOf(a0, a1, wanted), scores, keys, counts, wanted)
        take(positions, tile, from, slot, 1, maskOf(b0, b1, wanted + 4), scores, keys, counts, wanted)
        take(positions, tile, from, slot, 2, maskOf(c0, c1, wanted + 8), scores, keys, counts, wanted)
        take(positions, tile, from, slot, 3, maskOf(d0, d1, wanted + 12), scores, keys, counts, wanted)
        take(positions, tile, from, slot, 4, maskOf(e0, e1, wanted + 16), scores, keys, counts, wanted)
      }
    }
    if (!alive) break
  }
  for (let row = from; row < to; row++)
    if (positions) finishPositions(row, row - from, keys, bytes)
    else finishRank(row, row - from, keys, load<u32>(counts + (<usize>(row - from) << 2)))
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
function take(positions: bool, tile: u32, from: u32, slot: u32, r: u32, mask: u32, scores: usize, keys: usize, counts: usize, wanted: usize): void {
  if (mask == 0) return
  const mine = scores + (<usize>r << 5)
  if (positions) count(tile, slot + r, mask, mine, keys)
  else offer(tile, from + slot + r, slot + r, mask, mine, keys, counts, wanted + (<usize>r << 2))
}

/** One number that orders by larger score, then smaller item. Both zeros are one. */
// @ts-ignore: decorator
@inline
function keyOf(score: f32, item: u32): u64 {
  const bits = reinterpret<i32>(score + 0)
  const ordered = <u32>bits ^ (<u32>(bits >> 31) | 0x80000000)
  return (<u64>ordered << 32) | <u64>~item
}

// @ts-ignore: decorator
@inline
function scoreOf(key: u64): f32 {
  const ordered = <u32>(key >> 32)
  const bits = (ordered & 0x80000000) != 0 ? ordered ^ 0x80000000 : ~ordered
  return reinterpret<f32>(bits)
}

/** Takes the items of a tile that may be among the best of a user. */
function offer(tile: u32, row: u32, slot: u32, mask: u32, scores: usize, keys: usize, counts: usize, wanted: usize): void {
  const k = arg(Arg.k)
  const capacity = arg(Arg.capacity)
  const mine = keys + <usize>slot * (<usize>capacity << 3)
  const counter = counts + (<usize>slot << 2)
  const ids = <usize>arg(Arg.tileItems) + (<usize>(tile * Tile.items) << 2)
  for (; mask != 0; mask &= mask - 1) {
    const lane = <usize>ctz(mask) << 2
    const score = load<f32>(scores + lane)
    if (!(score >= load<f32>(wanted))) continue // it may have risen within this tile
    const item = load<u32>(ids + lane)
    if (item == NO_ITEM || isExcluded(row, item)) continue
    let n = load<u32>(counter)
    store<u64>(mine + (<usize>n << 3), keyOf(score, item))
    n++
    if (n == capacity) {
      keep(mine, n, k)
      n = k
      let smallest: u64 = u64.MAX_VALUE
      for (let at = mine; at < mine + (<usize>k << 3); at += 8) smallest = min(smallest, load<u64>(at))
      store<f32>(wanted, scoreOf(smallest))
    }
    store<u32>(counter, n)
  }
}

function isExcluded(row: u32, item: u32): bool {
  if (arg(Arg.exclude) == 0) return false
  const offsets = <usize>arg(Arg.excludeOffsets) + (<usize>row << 2)
  const items = <usize>arg(Arg.exclude)
  let low = load<u32>(offsets)
  const end = load<u32>(offsets, 4)
  let high = end
  while (low < high) {
    const middle = (low + high) >> 1
    if (load<u32>(items + (<usize>middle << 2)) < item) low = middle + 1
    else high = middle
  }
  return low < end && load<u32>(items + (<usize>low << 2)) == item
}

function finishRank(row: u32, slot: u32, keys: usize, count: u32): void {
  const k = arg(Arg.k)
  const mine = keys + <usize>slot * (<usize>arg(Arg.capacity) << 3)
  if (count > k) keep(mine, count, k)
  const found = min(count, k)
  sortDescending(mine, found)
  const items = <usize>arg(Arg.outItems) + (<usize>(row * k) << 2)
  const scores = <usize>arg(Arg.outScores) + (<usize>(row * k) << 2)
  for (let j: u32 = 0; j < k; j++) {
    const at = <usize>j << 2
    const key = j < found ? load<u64>(mine + (at << 1)) : 0
    store<u32>(items + at, j < found ? ~(<u32>key) : NO_ITEM)
    store<f32>(scores + at, j < found ? scoreOf(key) : -Infinity)
  }
}

/**
 * The smallest score of the items that were a user's best when last ranked. They are k different ones that may be shown,
 * so the k best of now score no less; minus infinity where nothing is known.
 */
function hinted(row: u32, u: usize, bytes: usize): f32 {
  if (arg(Arg.hints) == 0) return -Infinity
  const k = arg(Arg.k)
  const values = <usize>head(<usize>arg(Arg.item), Head.values)
  const hints = <usize>arg(Arg.hints) + (<usize>(row * k) << 2)
  let smallest: f32 = Infinity
  for (let j: u32 = 0; j < k; j++) {
    const id = load<u32>(hints + (<usize>j << 2))
    if (id == NO_ITEM) return -Infinity
    smallest = min(smallest, dotInOrder(u, values + <usize>id * bytes, bytes))
  }
  return smallest
}

/** <user, item> with the sum in the order of the tiles. */
function dotInOrder(u: usize, item: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0)
  for (let o: usize = 0; o < bytes; o += 4) sum = fma(v128.load32_splat(u + o), v128.load32_splat(item + o), sum)
  return f32x4.extract_lane(sum, 0)
}

/** Keys of a user: as given, then falling, then a histogram of how many of them each better item passes. */
// @ts-ignore: decorator
@inline
function keysOf(slot: u32, keys: usize): usize {
  return keys + <usize>slot * (<usize>(arg(Arg.places) * 3 + 1) << 3)
}

/** Reads the given items of a row; returns their smallest score, which is what other items must reach to count. */
function given(row: u32, u: usize, slot: u32, keys: usize, bytes: usize): f32 {
  const places = arg(Arg.places)
  const item = <usize>arg(Arg.item)
  const values = <usize>head(item, Head.values)
  const items = <usize>arg(Arg.items0) + (<usize>(row * places) << 2)
  const mine = keysOf(slot, keys)
  const sorted = mine + (<usize>places << 3)
  let smallest: f32 = Infinity
  for (let j: u32 = 0; j < places; j++) {
    const id = load<u32>(items + (<usize>j << 2))
    let key: u64 = u64.MAX_VALUE
    if (id != NO_ITEM) {
      const score = dotInOrder(u, values + <usize>id * bytes, bytes)
      key = keyOf(score, id)
      smallest = min(smallest, score)
    }
    store<u64>(mine + (<usize>j << 3), key)
    store<u64>(sorted + (<usize>j << 3), key)
  }
  sortDescending(sorted, places)
  const histogram = sorted + (<usize>places << 3)
  for (let p: usize = 0; p <= places; p++) store<u64>(histogram + (p << 3), 0)
  return smallest
}

/** Counts the items of a tile that pass given items of a user. */
function count(tile: u32, slot: u32, mask: u32, scores: usize, keys: usize): void {
  const ids = <usize>arg(Arg.tileItems) + (<usize>(tile * Tile.items) << 2)
  for (; mask != 0; mask &= mask - 1) {
    const lane = <usize>ctz(mask) << 2
    const score = load<f32>(scores + lane)
    const item = load<u32>(ids + lane)
    if (item != NO_ITEM) tally(slot, keys, keyOf(score, item), 1)
  }
}

/** The first place of the falling keys that `key` passes. */
function placeOf(slot: u32, keys: usize, key: u64): u32 {
  const sorted = keysOf(slot, keys) + (<usize>arg(Arg.places) << 3)
  let low: u32 = 0
  let high = arg(Arg.places)
  while (low < high) {
    const middle = (low + high) >> 1
    if (load<u64>(sorted + (<usize>middle << 3)) >= key) low = middle + 1
    else high = middle
  }
  return low
}

// @ts-ignore: decorator
@inline
function tally(slot: u32, keys: usize, key: u64, by: i64): void {
  const histogram = keysOf(slot, keys) + (<usize>arg(Arg.places) << 4)
  const at = histogram + (<usize>placeOf(slot, keys, key) << 3)
  store<i64>(at, load<i64>(at) + by)
}

function finishPositions(row: u32, slot: u32, keys: usize, bytes: usize): void {
  const places = arg(Arg.places)
  const item = <usize>arg(Arg.item)
  const user = <usize>arg(Arg.user)
  const values = <usize>head(item, Head.values)
  const u = <usize>head(user, Head.values) + <usize>load<u32>(<usize>arg(Arg.users) + (<usize>row << 2)) * bytes
  const mine = keysOf(slot, keys)
  const smallest = load<u64>(mine + (<usize>places << 3) + (<usize>(places - 1) << 3))
  if (arg(Arg.exclude) != 0) {
    const offsets = <usize>arg(Arg.excludeOffsets) + (<usize>row << 2)
    for (let n = load<u32>(offsets); n < load<u32>(offsets, 4); n++) {
      const id = load<u32>(<usize>arg(Arg.exclude) + (<usize>n << 2))
      const key = keyOf(dotInOrder(u, values + <usize>id * bytes, bytes), id)
      if (key > smallest) tally(slot, keys, key, -1)
    }
  }
  // an item tallied at place p passes the given ones at p and after
  const histogram = mine + (<usize>places << 4)
  for (let p: u32 = 1; p < places; p++) {
    const at = histogram + (<usize>p << 3)
    store<i64>(at, load<i64>(at) + load<i64>(at - 8))
  }
  const out = <usize>arg(Arg.out) + (<usize>(row * places) << 2)
  for (let j: u32 = 0; j < places; j++) {
    const key = load<u64>(mine + (<usize>j << 3))
    if (key == u64.MAX_VALUE) store<u32>(out + (<usize>j << 2), NO_ITEM)
    else store<u32>(out + (<usize>j << 2), <u32>load<i64>(histogram + (<usize>(placeOf(slot, keys, key) - 1) << 3)))
  }
}
