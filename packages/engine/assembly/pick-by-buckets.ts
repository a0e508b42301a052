import { Arg, Head, Selection } from '../src/wasm/layout'
import { floorOf } from './collected-keys'
import { dotInOrder, keyOf, scoreOf } from './keys'
import { arg, head, NO_ITEM } from './memory'
import { sortDescending } from './select'
import { isExcluded } from './top-k'
import { clear } from './vectors'

/**
 * Buckets of equal width of score tell where the asked positions are; only those buckets are sorted. False where scores are
 * spread too unevenly.
 */
export function pickByBuckets(
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
