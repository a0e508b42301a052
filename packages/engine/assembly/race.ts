import { Race } from '../src/wasm/layout'

/** Keys are known to 1e-6 of themselves; where that is not enough to tell which come first, the plain twin decides. */
const MARGIN: f32 = 1.0 / <f32>Race.oneIn

/** Below it keys lose digits. */
const SMALLEST: f32 = 1e-30

/** Puts infinity behind `n` keys, up to a multiple of four. */
// @ts-ignore: decorator
@inline
export function closeKeys(keys: usize, n: u32): void {
  v128.store(keys + (<usize>n << 2), f32x4.splat(Infinity))
}

/**
 * A number that exactly `size` of the n positive keys at `keys` are below, by more than what is unknown of them; NaN where
 * there is none or it is hard to find. Keys are closed by `closeKeys`.
 */
export function cutAfter(keys: usize, n: u32, size: u32): f32 {
  if (size >= n) return Infinity
  let least = f32x4.splat(Infinity)
  let most = f32x4.splat(0)
  for (let at = keys; at < keys + (<usize>n << 2); at += 16) {
    const four = v128.load(at)
    least = f32x4.pmin(least, four)
    // infinity closes the list
    most = f32x4.pmax(most, v128.and(four, f32x4.lt(four, f32x4.splat(Infinity))))
  }
  // positive numbers are in the order of their bits
  let low = i32x4.extract_lane(least, 0)
  let high = i32x4.extract_lane(most, 0)
  low = min(min(low, i32x4.extract_lane(least, 1)), min(i32x4.extract_lane(least, 2), i32x4.extract_lane(least, 3)))
  high = max(max(high, i32x4.extract_lane(most, 1)), max(i32x4.extract_lane(most, 2), i32x4.extract_lane(most, 3)))
  low--
  while (high - low > 1) {
    const middle = low + ((high - low) >> 1)
    const cut = reinterpret<f32>(middle)
    const count = countBelow(keys, n, cut)
    if (count == size) {
      const isSure =
        cut > SMALLEST &&
        countBelow(keys, n, cut * (1 - MARGIN)) == size && countBelow(keys, n, cut * (1 + MARGIN)) == size
      return isSure ? cut : NaN
    }
    if (count < size) low = middle
    else high = middle
  }
  return NaN
}

function countBelow(keys: usize, n: u32, cut: f32): u32 {
  const limit = f32x4.splat(cut)
  let counts = i32x4.splat(0)
  const end = keys + (<usize>n << 2)
  for (let at = keys; at < end; at += 16) counts = i32x4.sub(counts, f32x4.lt(v128.load(at), limit))
  return (
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  )
}

/** Puts items in ascending order of their keys, moving both; false where two keys are too near to tell. */
export function sortByKeys(keys: usize, items: usize, n: u32): bool {
  for (let i: usize = 4; i < <usize>n << 2; i += 4) {
    const key = load<f32>(keys + i)
    const item = load<u32>(items + i)
    let j = i
    for (; j > 0 && load<f32>(keys + j - 4) > key; j -= 4) {
      store<f32>(keys + j, load<f32>(keys + j - 4))
      store<u32>(items + j, load<u32>(items + j - 4))
    }
    store<f32>(keys + j, key)
    store<u32>(items + j, item)
  }
  for (let i: usize = 4; i < <usize>n << 2; i += 4)
    if (!(load<f32>(keys + i - 4) * (1 + MARGIN) < load<f32>(keys + i))) return false
  return true
}
