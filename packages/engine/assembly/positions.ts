import { Arg, Head, Tile } from '../src/wasm/layout'
import { dotInOrder, keyOf } from './keys'
import { arg, head, NO_ITEM } from './memory'
import { sortDescending } from './select'

/** Keys of a user: as given, then falling, then a histogram of how many of them each better item passes. */
// @ts-ignore: decorator
@inline
function keysOf(slot: u32, keys: usize): usize {
  return keys + <usize>slot * (<usize>(arg(Arg.places) * 3 + 1) << 3)
}

/** Reads the given items of a row; returns their smallest score, which is what other items must reach to count. */
export function given(row: u32, u: usize, slot: u32, keys: usize, bytes: usize): f32 {
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
export function count(tile: u32, slot: u32, mask: u32, scores: usize, keys: usize): void {
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

export function finishPositions(row: u32, slot: u32, keys: usize, bytes: usize): void {
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
