import { Arg, Head, Selection, Tile } from '../src/wasm/layout'
import { dotInOrder, dotInOrder4, keyOf, scoreOf } from './keys'
import { arg, head, NO_ITEM } from './memory'
import { sortByScore, sortDescending } from './select'
import { fma } from './simd'
import { isExcluded, reachedBy } from './top-k'
import { clear } from './vectors'

/**
 * Items at given positions of a user's ranking. A sample of the catalogue says which score is likely to be reached by as many
 * items as are needed; those that reach it are collected, and of them only the neighbours of the asked positions are sorted.
 * When the sample was wrong, all items are gone through again.
 */

/** Keys of a user in any order, and behind them the least key that is collected. */
// @ts-ignore: decorator
@inline
function keysOf(slot: u32, keys: usize): usize {
  return keys + <usize>slot * <usize>arg(Arg.slotBytes)
}

// @ts-ignore: decorator
@inline
function floorOf(mine: usize): usize {
  return mine + (<usize>arg(Arg.capacity) << 3)
}

// @ts-ignore: decorator
@inline
function needOf(row: u32): u32 {
  return load<u32>(<usize>arg(Arg.needs) + (<usize>row << 2))
}

/** Writes what the users of a block look for: a score that, by tiles from everywhere, enough items reach. */
export function sampled(first: u32, to: u32, packed: usize, wanted: usize, bytes: usize, scratch: usize): void {
  const tileCount = arg(Arg.k1)
  const known = tileCount >= 2 * Selection.tiles
  const n: u32 = Selection.tiles * Tile.items
  const perUser = <usize>n << 2
  const tileBytes = bytes * Tile.items
  if (known)
    for (let sample: u32 = 0; sample < <u32>Selection.tiles; sample++) {
      // the middle of each share of the tiles, which fall by norm; the last one, with its padding, is never it
      const tile = ((2 * sample + 1) * tileCount) / (2 * Selection.tiles)
      const t = <usize>arg(Arg.tiles) + <usize>tile * tileBytes
      for (let r: usize = 0; r < <usize>Tile.users; r++) {
        let low = f32x4.splat(0)
        let high = f32x4.splat(0)
        let u = packed + (r << 2)
        for (let o: usize = 0; o < tileBytes; o += 32) {
          const x = v128.load32_splat(u)
          low = fma(x, v128.load(t + o), low)
          high = fma(x, v128.load(t + o, 16), high)
          u += 4 * Tile.users
        }
        const out = scratch + r * perUser + (<usize>sample << 5)
        v128.store(out, low)
        v128.store(out, high, 16)
      }
    }
  const items = head(<usize>arg(Arg.item), Head.rows)
  // from the last one on: what finds the score works in the place behind a user's sample
  for (let r: i32 = Tile.users - 1; r >= 0; r--) {
    if (first + r >= to) continue
    const expected = (<f32>needOf(first + r) * <f32>n) / <f32>items
    const k = <u32>(expected + 3 * Mathf.sqrt(expected)) + 2
    let bound: f32 = -Infinity
    if (known && k < n) {
      const mine = scratch + <usize>r * perUser
      let lowest = f32x4.splat(Infinity)
      let highest = f32x4.splat(-Infinity)
      for (let o: usize = 0; o < perUser; o += 16) {
        lowest = f32x4.min(lowest, v128.load(mine + o))
        highest = f32x4.max(highest, v128.load(mine + o))
      }
      bound = reachedBy(k, mine, n, lowest, highest)
    }
    store<f32>(wanted + (<usize>r << 2), bound)
  }
}

/** Notes the least key that is collected. */
export function floored(slot: u32, keys: usize, thresholds: usize): void {
  const wanted = load<f32>(thresholds + (<usize>slot << 2))
  store<u64>(floorOf(keysOf(slot, keys)), wanted == -Infinity ? 0 : keyOf(wanted, NO_ITEM))
}

/** Keeps the items of a tile that reach what is looked for. */
export function collect(
  tile: u32,
  row: u32,
  slot: u32,
  mask: u32,
  scores: usize,
  keys: usize,
  counts: usize,
  wanted: usize,
  scratch: usize,
): void {
  const mine = keysOf(slot, keys)
  const ids = <usize>arg(Arg.tileItems) + (<usize>(tile * Tile.items) << 2)
  const counter = counts + (<usize>slot << 2)
  let n = load<u32>(counter)
  for (; mask != 0; mask &= mask - 1) {
    const lane = <usize>ctz(mask) << 2
    const item = load<u32>(ids + lane)
    if (item != NO_ITEM) n = keep(mine, n, keyOf(load<f32>(scores + lane), item), row, wanted, scratch)
  }
  store<u32>(counter, n)
}

/** Returns how many keys there are now; when there is no more room, only the needed ones stay. */
// @ts-ignore: decorator
@inline
function keep(mine: usize, n: u32, key: u64, row: u32, wanted: usize, scratch: usize): u32 {
  const floor = floorOf(mine)
  if (key < load<u64>(floor)) return n
  store<u64>(mine + (<usize>n << 3), key)
  if (++n < arg(Arg.capacity)) return n
  sortByScore(mine, n, scratch)
  n = needOf(row)
  const last = load<u64>(mine + (<usize>(n - 1) << 3))
  store<u64>(floor, last)
  store<f32>(wanted, scoreOf(last))
  return n
}

/** Writes the items at the asked positions of a row. */
export function finishAt(
  row: u32,
  slot: u32,
  keys: usize,
  counts: usize,
  thresholds: usize,
  bytes: usize,
  scratch: usize,
): void {
  const places = arg(Arg.places)
  const mine = keysOf(slot, keys)
  const user = <usize>arg(Arg.user)
  const u = <usize>head(user, Head.values) + <usize>load<u32>(<usize>arg(Arg.users) + (<usize>row << 2)) * bytes
  let n = load<u32>(counts + (<usize>slot << 2))
  if (n < needOf(row) && load<u64>(floorOf(mine)) != 0)
    n = collectAll(row, mine, u, thresholds + (<usize>slot << 2), bytes, scratch)
  const asked = <usize>arg(Arg.items0) + (<usize>(row * places) << 2)
  const out = <usize>arg(Arg.out) + (<usize>(row * places) << 2)
  if (places <= 4 && n > 64 && pickByBuckets(row, mine, n, u, bytes, asked, out, scratch)) return
  n = withoutExcluded(row, mine, n)
  sortByScore(mine, n, scratch)
  for (let o: usize = 0; o < <usize>places << 2; o += 4) {
    const position = load<u32>(asked + o)
    store<u32>(out + o, position < n ? ~(<u32>load<u64>(mine + (<usize>position << 3))) : NO_ITEM)
  }
}

/** All items, whatever the sample said. */
function collectAll(row: u32, mine: usize, u: usize, wanted: usize, bytes: usize, scratch: usize): u32 {
  const item = <usize>arg(Arg.item)
  const values = <usize>head(item, Head.values)
  const rows = head(item, Head.rows)
  store<u64>(floorOf(mine), 0)
  let n: u32 = 0
  let id: u32 = 0
  for (; id + 4 <= rows; id += 4) {
    const at = values + <usize>id * bytes
    const scores = dotInOrder4(u, at, at + bytes, at + 2 * bytes, at + 3 * bytes, bytes)
    n = keep(mine, n, keyOf(f32x4.extract_lane(scores, 0), id), row, wanted, scratch)
    n = keep(mine, n, keyOf(f32x4.extract_lane(scores, 1), id + 1), row, wanted, scratch)
    n = keep(mine, n, keyOf(f32x4.extract_lane(scores, 2), id + 2), row, wanted, scratch)
    n = keep(mine, n, keyOf(f32x4.extract_lane(scores, 3), id + 3), row, wanted, scratch)
  }
  for (; id < rows; id++) {
    const score = dotInOrder(u, values + <usize>id * bytes, bytes)
    n = keep(mine, n, keyOf(score, id), row, wanted, scratch)
  }
  return n
}

/**
 * Buckets of equal width of score tell where the asked positions are; only those buckets are sorted. False where scores are
 * spread too unevenly.
 */
function pickByBuckets(
  row: u32,
  mine: usize,
  n: u32,
  u: usize,
  bytes: usize,
  asked: usize,
  out: usize,
  scratch: usize,
): bool {
  let lowest: u64 = u64.MAX_VALUE
  let highest: u64 = 0
  const end = mine + (<usize>n << 3)
  for (let at = mine; at < end; at += 8) {
    const key = load<u64>(at)
    lowest = min(lowest, key)
    highest = max(highest, key)
  }
  const top = scoreOf(highest)
  const scale = <f32>(Selection.buckets - 1) / (top - scoreOf(lowest))
  if (!(scale > 0 && scale < Infinity)) return false
  const sizes = scratch
  const buckets = sizes + (<usize>Selection.buckets << 2) // of each key, 16 bits
  const near = buckets + (((<usize>n << 1) + 23) & ~15)
  clear(sizes, <usize>Selection.buckets << 2)
  let bucketAt = buckets
  for (let at = mine; at < end; at += 8) {
    const bucket = <u32>((top - scoreOf(load<u64>(at))) * scale)
    store<u16>(bucketAt, bucket)
    bucketAt += 2
    const size = sizes + (<usize>bucket << 2)
    store<u32>(size, load<u32>(size) + 1)
  }
  for (let o: usize = 0; o < 16; o += 2) store<u16>(bucketAt + o, 0xffff)
  const floor = load<u64>(floorOf(mine))
  if (arg(Arg.exclude) != 0) {
    const values = <usize>head(<usize>arg(Arg.item), Head.values)
    const offsets = <usize>arg(Arg.excludeOffsets) + (<usize>row << 2)
    for (let x = load<u32>(offsets); x < load<u32>(offsets, 4); x++) {
      const id = load<u32>(<usize>arg(Arg.exclude) + (<usize>x << 2))
      const score = dotInOrder(u, values + <usize>id * bytes, bytes)
      if (keyOf(score, id) < floor) continue
      const size = sizes + (<usize><u32>((top - score) * scale) << 2)
      store<u32>(size, load<u32>(size) - 1)
    }
  }
  for (let o: usize = 0; o < <usize>arg(Arg.places) << 2; o += 4) {
    let before: u32 = 0
    let bucket: u32 = 0
    const position = load<u32>(asked + o)
    for (; bucket < <u32>Selection.buckets; bucket++) {
      const size = load<u32>(sizes + (<usize>bucket << 2))
      if (position < before + size) break
      before += size
    }
    if (bucket == Selection.buckets) {
      store<u32>(out + o, NO_ITEM)
      continue
    }
    let found: u32 = 0
    const looked = i16x8.splat(<i16>bucket)
    for (let at: usize = 0; at < <usize>n << 1; at += 16) {
      let mask = i16x8.bitmask(i16x8.eq(v128.load(buckets + at), looked))
      for (; mask != 0; mask &= mask - 1) {
        const key = load<u64>(mine + (at << 2) + (<usize>ctz(mask) << 3))
        if (isExcluded(row, ~(<u32>key))) continue
        store<u64>(near + (<usize>(found++) << 3), key)
      }
    }
    sortDescending(near, found)
    store<u32>(out + o, ~(<u32>load<u64>(near + (<usize>(position - before) << 3))))
  }
  return true
}

function withoutExcluded(row: u32, mine: usize, n: u32): u32 {
  if (arg(Arg.exclude) == 0) return n
  let left: u32 = 0
  for (let at: u32 = 0; at < n; at++) {
    const key = load<u64>(mine + (<usize>at << 3))
    if (!isExcluded(row, ~(<u32>key))) store<u64>(mine + (<usize>(left++) << 3), key)
  }
  return left
}
