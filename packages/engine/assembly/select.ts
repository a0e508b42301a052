import { Sorting } from '../src/wasm/layout'
import { scoreOf } from './keys'

/** A fuller bucket says that the scores are spread too unevenly for buckets. */
const FULL: u32 = 32

/**
 * Largest key first: into as many buckets of equal width of score as there are keys, then by insertion, which finds nearly
 * everything in place. `scratch` holds n keys and `Sorting.buckets` words.
 */
export function sortByScore(keys: usize, n: u32, scratch: usize): void {
  if (n < 24) {
    sortDescending(keys, n)
    return
  }
  let lowest: u64 = u64.MAX_VALUE
  let highest: u64 = 0
  const end = keys + (<usize>n << 3)
  for (let key = keys; key < end; key += 8) {
    lowest = min(lowest, load<u64>(key))
    highest = max(highest, load<u64>(key))
  }
  const buckets = min(<u32>1 << (32 - clz(n - 1)), <u32>Sorting.buckets)
  const top = scoreOf(highest)
  const scale = <f32>(buckets - 1) / (top - scoreOf(lowest))
  if (!(scale > 0 && scale < Infinity)) {
    sortDescending(keys, n)
    return
  }
  const starts = scratch + (<usize>n << 3)
  for (let b: usize = 0; b < <usize>buckets << 2; b += 16) v128.store(starts + b, i32x4.splat(0))
  for (let key = keys; key < end; key += 8) {
    const start = starts + bucketOf(load<u64>(key), top, scale)
    store<u32>(start, load<u32>(start) + 1)
  }
  let total: u32 = 0
  let fullest: u32 = 0
  for (let start = starts; start < starts + (<usize>buckets << 2); start += 4) {
    const size = load<u32>(start)
    store<u32>(start, total)
    fullest = max(fullest, size)
    total += size
  }
  if (fullest > FULL) {
    sortDescending(keys, n)
    return
  }
  for (let from = keys; from < end; from += 8) {
    const key = load<u64>(from)
    const start = starts + bucketOf(key, top, scale)
    const place = load<u32>(start)
    store<u32>(start, place + 1)
    store<u64>(scratch + (<usize>place << 3), key)
  }
  store<u64>(keys, load<u64>(scratch))
  for (let o: usize = 8; o < <usize>n << 3; o += 8) {
    const key = load<u64>(scratch + o)
    let to = keys + o
    while (to > keys && load<u64>(to - 8) < key) {
      store<u64>(to, load<u64>(to - 8))
      to -= 8
    }
    store<u64>(to, key)
  }
}

/** Byte offset of the counter of a key. */
// @ts-ignore: decorator
@inline
function bucketOf(key: u64, top: f32, scale: f32): usize {
  return <usize><u32>((top - scoreOf(key)) * scale) << 2
}

/** Largest first, whatever the keys are. Quicksort with median of three. */
export function sortDescending(keys: usize, n: u32): void {
  if (n > 1) sortRange(keys, 0, <i32>n - 1)
}

function sortRange(keys: usize, from: i32, to: i32): void {
  let low = from
  let high = to
  while (high - low > 16) {
    const pivot = middleOf(at(keys, low), at(keys, low + ((high - low) >> 1)), at(keys, high))
    let i = low
    let j = high
    while (i <= j) {
      while (at(keys, i) > pivot) i++
      while (at(keys, j) < pivot) j--
      if (i <= j) {
        swap(keys, i, j)
        i++
        j--
      }
    }
    // the shorter side by recursion, so the depth stays below log2(n)
    if (j - low < high - i) {
      sortRange(keys, low, j)
      low = i
    } else {
      sortRange(keys, i, high)
      high = j
    }
  }
  insertionSort(keys, low, high)
}

function insertionSort(keys: usize, from: i32, to: i32): void {
  for (let i = from + 1; i <= to; i++) {
    const key = at(keys, i)
    let j = i - 1
    while (j >= from && at(keys, j) < key) {
      store<u64>(keys + (<usize>(j + 1) << 3), at(keys, j))
      j--
    }
    store<u64>(keys + (<usize>(j + 1) << 3), key)
  }
}

// @ts-ignore: decorator
@inline
function at(keys: usize, n: i32): u64 {
  return load<u64>(keys + (<usize>n << 3))
}

// @ts-ignore: decorator
@inline
function swap(keys: usize, i: i32, j: i32): void {
  const key = at(keys, i)
  store<u64>(keys + (<usize>i << 3), at(keys, j))
  store<u64>(keys + (<usize>j << 3), key)
}

// @ts-ignore: decorator
@inline
function middleOf(a: u64, b: u64, c: u64): u64 {
  return max(min(a, b), min(max(a, b), c))
}
