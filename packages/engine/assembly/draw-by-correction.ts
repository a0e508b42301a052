import { Arg } from '../src/wasm/layout'
import { behind, candidatesOf, firstRow, isFull, lastRow, leaveToTwin, marksOf, openUser, outOf, wordsBytes } from './draws'
import { arg } from './memory'
import { closeKeys, cutAfter, sortByKeys } from './race'
import { exponential } from './simd'
import { nextWord } from './stream'

/** Weights below it count as it. */
const FLOOR: f64 = 1e-5

/**
 * `sampleByCorrection` of the first `places` candidates with every weight at least the floor, in the order of the draw.
 * `values` [users, dim] are the corrections; `mode` 0 draws by their positive parts, 1 by their negative parts.
 */
export function drawByCorrection(chunk: u32, thread: u32): void {
  const n = arg(Arg.places)
  const marks = marksOf(thread)
  const words = behind(marks, n)
  const weights = behind(words, wordsBytes(max(n, 2 * arg(Arg.size))))
  const sums = behind(weights, <usize>(n + 8) << 2)
  for (let row = firstRow(chunk); row < lastRow(chunk); row++)
    if (!isFull(row, n) || !drawRow(row, marks, words, weights, sums)) leaveToTwin(row)
}

function drawRow(row: u32, marks: usize, words: usize, weights: usize, sums: usize): bool {
  const n = arg(Arg.places)
  const size = arg(Arg.size)
  const total = sumUp(row, weights, sums)
  for (let at: usize = 0; at < <usize>n; at += 16) v128.store(marks + at, i32x4.splat(0))
  openUser(row, size + 8, words)
  const from = candidatesOf(row)
  const out = outOf(row)
  let count: u32 = 0
  for (let tries = 2 * size; count < size && tries > 0; tries--) {
    const t = firstAbove(sums, <f64>nextWord() * 2.3283064365386963e-10 * total, n)
    if (load<u8>(marks + t) != 0) continue
    store<u8>(marks + t, 1)
    store<u32>(out + (<usize>count << 2), load<u32>(from + (<usize>t << 2)))
    count++
  }
  return count == size || raceForRest(row, count, marks, words, weights, sums)
}

/** Weights into `weights`, as the plain twin has them but rounded, and their running sums, which are the same bits. */
function sumUp(row: u32, weights: usize, sums: usize): f64 {
  const n = <usize>arg(Arg.places)
  const factor: f32 = arg(Arg.mode) == 0 ? 1 : -1
  const correction = <usize>arg(Arg.values) + (<usize>(row * arg(Arg.dim)) << 2)
  let sum: f64 = 0
  for (let t: usize = 0; t < n; t++) {
    const given = factor * load<f32>(correction + (t << 2))
    const weight = max(<f64>given, FLOOR)
    store<f32>(weights + (t << 2), <f32>weight)
    sum += weight
    store<f64>(sums + (t << 3), sum)
  }
  return sum
}

/** The first of n ascending sums above `value`. */
// @ts-ignore: decorator
@inline
function firstAbove(sums: usize, value: f64, n: u32): u32 {
  let low: u32 = 0
  let length = n
  // without branches that cannot be foreseen: `low` moves up where the sums below are not above the value
  while (length > 1) {
    const half = length >>> 1
    low += load<f64>(sums + (<usize>(low + half - 1) << 3)) > value ? 0 : half
    length -= half
  }
  return low
}

/** The places left, by one race of all that were not drawn. */
function raceForRest(row: u32, count: u32, marks: usize, words: usize, weights: usize, rest: usize): bool {
  const n = arg(Arg.places)
  const missing = arg(Arg.size) - count
  let left: usize = 0
  let most: f32 = 0
  for (let t: u32 = 0; t < n; t++) {
    const weight = load<f32>(weights + (<usize>t << 2))
    if (load<u8>(marks + t) != 0) continue
    most = max(most, weight)
    store<u32>(rest + (left << 2), t)
    store<f32>(weights + (left << 2), weight)
    left++
  }
  // words that were made but not used come first
  const keys = rest + (left << 2)
  for (let l: usize = 0; l < left; l++) store<u32>(keys + (l << 2), nextWord())
  const heaviest = f32x4.splat(most)
  for (let at: usize = 0; at < left << 2; at += 16)
    v128.store(keys + at, f32x4.mul(exponential(v128.load(keys + at)), f32x4.div(heaviest, v128.load(weights + at))))
  closeKeys(keys, <u32>left)
  const cut = cutAfter(keys, <u32>left, missing)
  if (!(cut == cut)) return false
  let found: usize = 0
  for (let at: usize = 0; at < left << 2; at += 4)
    if (load<f32>(keys + at) < cut) {
      store<f32>(words + found, load<f32>(keys + at))
      store<u32>(weights + found, load<u32>(rest + at))
      found += 4
    }
  if (!sortByKeys(words, weights, missing)) return false
  const from = candidatesOf(row)
  const out = outOf(row) + (<usize>count << 2)
  for (let at: usize = 0; at < found; at += 4) store<u32>(out + at, load<u32>(from + (<usize>load<u32>(weights + at) << 2)))
  return true
}
