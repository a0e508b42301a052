import { Arg, Corrected } from '../src/wasm/layout'
import { behind, candidatesOf, firstRow, lastRow, leaveToTwin, marksOf, openUser, outOf, rowAt, wordsBytes } from './draws'
import { arg } from './memory'
import { endOf } from './padding'
import { closeKeys, cutAfter, sortByKeys } from './race'
import { fourAbove, sumAsTheyAre, sumByFour, sumFromFloor } from './running-sums'
import { exponentialOfWords, maxLanes } from './simd'
import { nextWord } from './stream'

/** Weights further apart than that are no matter for 32-bit floats. */
const SPREAD: f32 = 1e20

/**
 * `sampleByCorrection` of the first `places` candidates. `values` [users, dim] are the corrections, `mode` holds `Corrected`:
 * by which of their parts is drawn, whether weights have a floor however many there are, and in what order draws come.
 */
export function drawByCorrection(chunk: u32, thread: u32): void {
  const n = arg(Arg.places)
  const size = arg(Arg.size)
  const marks = marksOf(thread)
  const words = behind(marks, n)
  const drawn = behind(words, wordsBytes(max(n, 2 * size)))
  const found = behind(drawn, <usize>size << 2)
  const weights = behind(found, 16)
  const sums = behind(weights, <usize>(n + 8) << 2)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    if (!drawRow(row, marks, words, drawn, found, weights, sums)) leaveToTwin(row)
  }
}

function drawRow(row: u32, marks: usize, words: usize, drawn: usize, found: usize, weights: usize, sums: usize): bool {
  const size = arg(Arg.size)
  const from = candidatesOf(row)
  const n = <u32>((endOf(from, arg(Arg.places)) - from) >> 2)
  if (n == 0 || n < size) return false
  const total = sumUp(row, n, weights, sums)
  if (!(total < Infinity)) return false
  for (let at: usize = 0; at < <usize>n; at += 16) v128.store(marks + at, i32x4.splat(0))
  openUser(row, size + 8, words)
  let count: u32 = 0
  for (let tries: u32 = 0; count < size && tries < 2 * size;) {
    fourAbove(sums, total, n, 2 * size - tries, found)
    for (let o: usize = 0; o < 16 && count < size && tries < 2 * size; o += 4) {
      const t = load<u32>(found + o)
      tries++
      if (load<u8>(marks + t) != 0) continue
      store<u8>(marks + t, 1)
      store<u32>(drawn + (<usize>count << 2), t)
      count++
    }
  }
  if (count < size && !raceForRest(n, count, marks, words, drawn, weights, sums)) return false
  let out = outOf(row)
  if ((arg(Arg.mode) & Corrected.inDrawOrder) != 0) {
    for (let at: usize = 0; at < <usize>size << 2; at += 4)
      store<u32>(out + at, load<u32>(from + (<usize>load<u32>(drawn + at) << 2)))
    return true
  }
  // the bytes behind the last mark are of no candidate, and are cleared
  for (let t: usize = 0; t < <usize>n; t += 16)
    for (let mask = i8x16.bitmask(i8x16.ne(v128.load(marks + t), i8x16.splat(0))); mask != 0; mask &= mask - 1) {
      store<u32>(out, load<u32>(from + ((t + <usize>ctz(mask)) << 2)))
      out += 4
    }
  return true
}

/** Weights into `weights`, as the plain twin has them but rounded, and their running sums, which are the same bits. */
function sumUp(row: u32, n: u32, weights: usize, sums: usize): f64 {
  const mode = arg(Arg.mode)
  const sign = f32x4.splat((mode & Corrected.over) == 0 ? 1 : -1)
  const correction = <usize>arg(Arg.values) + (<usize>(row * arg(Arg.dim)) << 2)
  const end = <usize>n << 2
  const none = f32x4.splat(0)
  let signed = i32x4.splat(0)
  let least = f32x4.splat(Infinity)
  let most = none
  for (let at: usize = 0; at < end; at += 16) {
    // what stands behind the last candidate counts for nothing
    const inside = i32x4.gt_s(i32x4.splat(<i32>(end - at) >> 2), i32x4(0, 1, 2, 3))
    const weight = v128.and(f32x4.pmax(none, f32x4.mul(sign, v128.load(correction + at))), inside)
    const isSigned = f32x4.gt(weight, none)
    signed = i32x4.sub(signed, isSigned)
    least = f32x4.pmin(least, v128.bitselect(weight, least, isSigned))
    most = f32x4.pmax(most, weight)
    v128.store(weights + at, weight)
  }
  const lanes = i32x4.add(signed, v128.shuffle<i32>(signed, signed, 2, 3, 0, 1))
  const isFew = <u32>(i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1)) < arg(Arg.size)
  if (isFew || (mode & Corrected.floored) != 0) return sumFromFloor(n, weights, sums)
  const isExact = <f64>n * <f64>maxLanes(most) <= <f64>-maxLanes(f32x4.neg(least)) * 536870912
  return isExact ? sumByFour(n, weights, sums) : sumAsTheyAre(n, weights, sums)
}

/** The places left, by one race of all that have weight and were not drawn; `rest` is room for them and their keys. */
function raceForRest(n: u32, count: u32, marks: usize, words: usize, drawn: usize, weights: usize, rest: usize): bool {
  const missing = arg(Arg.size) - count
  let left: usize = 0
  let most: f32 = 0
  let least: f32 = Infinity
  for (let t: u32 = 0; t < n; t++) {
    const weight = load<f32>(weights + (<usize>t << 2))
    if (load<u8>(marks + t) != 0 || weight == 0) continue
    most = max(most, weight)
    least = min(least, weight)
    store<u32>(rest + (left << 2), t)
    store<f32>(weights + (left << 2), weight)
    left++
  }
  if (<u32>left < missing || !(most / least < SPREAD)) return false
  // words that were made but not used come first
  const keys = rest + (left << 2)
  for (let l: usize = 0; l < left; l++) store<u32>(keys + (l << 2), nextWord())
  const heaviest = f32x4.splat(most)
  for (let at: usize = 0; at < left << 2; at += 16)
    v128.store(keys + at, f32x4.mul(exponentialOfWords(v128.load(keys + at)), f32x4.div(heaviest, v128.load(weights + at))))
  closeKeys(keys, <u32>left)
  const cut = cutAfter(keys, <u32>left, missing)
  if (!(cut == cut)) return false
  const late = drawn + (<usize>count << 2)
  let end: usize = 0
  for (let at: usize = 0; at < left << 2; at += 4)
    if (load<f32>(keys + at) < cut) {
      const t = load<u32>(rest + at)
      store<f32>(words + end, load<f32>(keys + at))
      store<u32>(late + end, t)
      store<u8>(marks + t, 1)
      end += 4
    }
  return (arg(Arg.mode) & Corrected.inDrawOrder) == 0 || sortByKeys(words, late, missing)
}
