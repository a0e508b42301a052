import { Arg, Head, Tile } from '../src/wasm/layout'
import { floorOf, keysOf, needOf } from './collected-keys'
import { dotInOrder, dotInOrder4, keyOf, scoreOf } from './keys'
import { arg, head, NO_ITEM } from './memory'
import { pickByBuckets } from './pick-by-buckets'
import { sortByScore } from './select'
import { isExcluded } from './top-k'

/**
 * Items at given positions of a user's ranking. A sample of the catalogue says which score is likely to be reached by as many
 * items as are needed; those that reach it are collected, and of them only the neighbours of the asked positions are sorted.
 * When the sample was wrong, all items are gone through again.
 */

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

function withoutExcluded(row: u32, mine: usize, n: u32): u32 {
  if (arg(Arg.exclude) == 0) return n
  let left: u32 = 0
  for (let at: u32 = 0; at < n; at++) {
    const key = load<u64>(mine + (<usize>at << 3))
    if (!isExcluded(row, ~(<u32>key))) store<u64>(mine + (<usize>(left++) << 3), key)
  }
  return left
}
