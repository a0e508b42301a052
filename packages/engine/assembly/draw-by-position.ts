import { Arg } from '../src/wasm/layout'
import { behind, candidatesOf, firstRow, isFull, lastRow, leaveToTwin, marksOf, openUser, outOf, rowAt, wordsBytes } from './draws'
import { arg } from './memory'
import { closeKeys, cutAfter, sortByKeys } from './race'
import { exponentialOfWords } from './simd'
import { nextWord } from './stream'

/**
 * `sampleByPosition` of the first `places` candidates, in their order, or with `mode` 1 in that of the draw. `table` holds, as doubles, each position's chance to arrive
 * before the horizon, its mean time in horizons, and from `capacity` on the running sum of hazards.
 */
export function drawByPosition(chunk: u32, thread: u32): void {
  const n = arg(Arg.places)
  const words = marksOf(thread)
  const arrived = behind(words, wordsBytes(n))
  const keys = behind(arrived, <usize>n << 2)
  const slow = behind(keys, <usize>(n + 8) << 2)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    if (!isFull(row, n) || !drawRow(row, words, arrived, keys, slow)) leaveToTwin(row)
  }
}

function drawRow(row: u32, words: usize, arrived: usize, keys: usize, slow: usize): bool {
  const n = arg(Arg.places)
  const size = arg(Arg.size)
  const tail = arg(Arg.capacity)
  const chance = <usize>arg(Arg.table)
  const slowness = chance + (<usize>n << 3)
  openUser(row, tail + 8, words)
  let count: usize = 0
  for (let t: u32 = 0; t < tail; t++) {
    const word = nextWord()
    const u = (<f64>word + 0.5) * 2.3283064365386963e-10
    const at = count << 2
    store<u32>(arrived + at, t)
    store<u32>(keys + at, ~word)
    store<f32>(slow + at, <f32>load<f64>(slowness + (<usize>t << 3)))
    count += <usize>(u < load<f64>(chance + (<usize>t << 3)))
  }
  // arrival times: -log(1 - u), and 1 - u is what the complement of the word stands for
  for (let at: usize = 0; at < count << 2; at += 16)
    v128.store(keys + at, f32x4.mul(exponentialOfWords(v128.load(keys + at)), v128.load(slow + at)))
  const all = late(<u32>count, arrived, keys)
  if (all < size) return false
  closeKeys(keys, all)
  const cut = cutAfter(keys, all, size)
  if (!(cut == cut)) return false
  const from = candidatesOf(row)
  const out = outOf(row)
  let to: usize = 0
  for (let at: usize = 0; at < <usize>all << 2; at += 4) {
    const key = load<f32>(keys + at)
    if (!(key < cut)) continue
    store<u32>(out + to, load<u32>(from + (<usize>load<u32>(arrived + at) << 2)))
    store<f32>(keys + to, key)
    to += 4
  }
  return arg(Arg.mode) == 0 || sortByKeys(keys, out, size)
}

/** Arrivals of the far tail, one Poisson process. Returns how many there are in all; 0 where it hangs on a last bit. */
function late(before: u32, arrived: usize, keys: usize): u32 {
  const n = arg(Arg.places)
  const chance = <usize>arg(Arg.table)
  const slowness = chance + (<usize>n << 3)
  const hazard = slowness + (<usize>n << 3)
  let count = before
  let reached: f64 = 0
  let t = arg(Arg.capacity)
  while (t < n) {
    reached += -Math.log((<f64>nextWord() + 0.5) * 2.3283064365386963e-10)
    t = firstAbove(hazard, reached, t, n)
    if (t > arg(Arg.capacity) && isNear(load<f64>(hazard + (<usize>(t - 1) << 3)), reached)) return 0
    if (t == n) break
    if (isNear(load<f64>(hazard + (<usize>t << 3)), reached)) return 0
    const u = (<f64>nextWord() + 0.5) * 2.3283064365386963e-10
    const wait = -Math.log1p(-u * load<f64>(chance + (<usize>t << 3)))
    store<u32>(arrived + (<usize>count << 2), t)
    store<f32>(keys + (<usize>count << 2), <f32>(wait * load<f64>(slowness + (<usize>t << 3))))
    count++
    reached = load<f64>(hazard + (<usize>t << 3))
    t++
  }
  return count
}

// @ts-ignore: decorator
@inline
function isNear(a: f64, b: f64): bool {
  return Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b))
}

/** Smallest t of `from` to `n` whose hazard is above `value`; n when there is none. */
function firstAbove(hazard: usize, value: f64, from: u32, n: u32): u32 {
  let low = from
  let high = n
  while (low < high) {
    const middle = (low + high) >>> 1
    if (load<f64>(hazard + (<usize>middle << 3)) > value) high = middle
    else low = middle + 1
  }
  return low
}
