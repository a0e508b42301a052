import { Arg, Head, Tile } from '../src/wasm/layout'
import { dotInOrder4, keyOf, scoreOf } from './keys'
import { arg, head, NO_ITEM } from './memory'
import { sortByScore } from './select'
import { maxLanes } from './simd'
import { lowerBound } from './sorted-ids'
import { clear } from './vectors'

/** Takes the items of a tile that may be among the best of a user. */
export function offer(
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
      sortByScore(mine, n, scratch)
      n = k
      store<f32>(wanted, scoreOf(load<u64>(mine + (<usize>(k - 1) << 3))))
    }
    store<u32>(counter, n)
  }
}

export function isExcluded(row: u32, item: u32): bool {
  if (arg(Arg.exclude) == 0) return false
  const offsets = <usize>arg(Arg.excludeOffsets) + (<usize>row << 2)
  const items = <usize>arg(Arg.exclude)
  const end = load<u32>(offsets, 4)
  const at = lowerBound(items, load<u32>(offsets), end, item)
  return at < end && load<u32>(items + (<usize>at << 2)) == item
}

/** Writes the best items of a user, best first. */
export function finishRank(row: u32, slot: u32, keys: usize, count: u32, scratch: usize): void {
  const k = arg(Arg.k)
  const mine = keys + <usize>slot * (<usize>arg(Arg.capacity) << 3)
  sortByScore(mine, count, scratch)
  const found = min(count, k)
  const items = <usize>arg(Arg.outItems) + (<usize>(row * k) << 2)
  const scores = <usize>arg(Arg.outScores) + (<usize>(row * k) << 2)
  for (let j: u32 = 0; j < k; j++) {
    const at = <usize>j << 2
    const key = j < found ? load<u64>(mine + (at << 1)) : 0
    store<u32>(items + at, j < found ? ~(<u32>key) : NO_ITEM)
    store<f32>(scores + at, j < found ? scoreOf(key) : -Infinity)
  }
  if (arg(Arg.newHints) == 0) return
  const width = arg(Arg.hintWidth)
  const hints = <usize>arg(Arg.newHints) + (<usize>(row * width) << 2)
  for (let j: u32 = 0; j < width; j++)
    store<u32>(hints + (<usize>j << 2), j < count ? ~(<u32>load<u64>(mine + (<usize>j << 3))) : NO_ITEM)
}

/** Buckets by which a bound is found among the scores of hints. */
const STEPS: u32 = 256

/**
 * A score that k different items which may be shown reach, found among those that were a user's best when last ranked and
 * some after them; minus infinity where too few are known. Nothing below it need be looked at.
 */
export function hinted(row: u32, u: usize, bytes: usize, scratch: usize): f32 {
  if (arg(Arg.hints) == 0) return -Infinity
  const k = arg(Arg.k)
  const width = arg(Arg.hintWidth)
  const values = <usize>head(<usize>arg(Arg.item), Head.values)
  const hints = <usize>arg(Arg.hints) + (<usize>(row * width) << 2)
  let n = width
  while (n > k && load<u32>(hints + (<usize>(n - 1) << 2)) == NO_ITEM) n-- // padding stands behind all items
  if (load<u32>(hints + (<usize>(n - 1) << 2)) == NO_ITEM) return -Infinity
  let lowest = f32x4.splat(Infinity)
  let highest = f32x4.splat(-Infinity)
  let o: usize = 0
  for (; o < <usize>n << 2; o += 16) {
    // the last item stands again in what fills the last four; it is counted once
    const end = (<usize>n << 2) - 4
    const scores = dotInOrder4(
      u,
      values + <usize>load<u32>(hints + o) * bytes,
      values + <usize>load<u32>(hints + min(o + 4, end)) * bytes,
      values + <usize>load<u32>(hints + min(o + 8, end)) * bytes,
      values + <usize>load<u32>(hints + min(o + 12, end)) * bytes,
      bytes,
    )
    v128.store(scratch + o, scores)
    lowest = f32x4.min(lowest, scores)
    highest = f32x4.max(highest, scores)
  }
  return reachedBy(k, scratch, n, lowest, highest)
}

/**
 * A score that at least k of the n scores at `scratch` reach; room for the steps follows them. Minus infinity where there is no
 * telling. `lowest` and `highest` are their least and largest by lanes.
 */
// @ts-ignore: decorator
@inline
export function reachedBy(k: u32, scratch: usize, n: u32, lowest: v128, highest: v128): f32 {
  const steps = scratch + (<usize>((n + 3) & ~3) << 2)
  const bottom = -maxLanes(f32x4.neg(lowest))
  const top = maxLanes(highest)
  const scale = <f32>(STEPS - 1) / (top - bottom)
  if (bottom != bottom) return -Infinity // an overflow
  if (n == k || !(scale > 0 && scale < Infinity)) return bottom
  clear(steps, <usize>STEPS << 2)
  for (let at = scratch; at < scratch + (<usize>n << 2); at += 4) {
    const step = steps + (<usize><u32>((top - load<f32>(at)) * scale) << 2)
    store<u32>(step, load<u32>(step) + 1)
  }
  let reached: u32 = 0
  let last: u32 = 0
  for (; reached < k; last++) reached += load<u32>(steps + (<usize>last << 2))
  let bound = top
  for (let at = scratch; at < scratch + (<usize>n << 2); at += 4) {
    const score = load<f32>(at)
    if (<u32>((top - score) * scale) < last) bound = min(bound, score)
  }
  return bound
}
