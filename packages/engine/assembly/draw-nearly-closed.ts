import { Arg } from '../src/wasm/layout'
import { behind, candidatesOf, firstRow, isFull, lastRow, leaveToTwin, markOf, marksOf, openUser, outOf, rowAt, setMarks, wordsBytes } from './draws'
import { arg, NO_ITEM } from './memory'
import { closeKeys, cutAfter } from './race'
import { exponentialOfWords } from './simd'

const WANTED: u8 = 1
const LISTED: u8 = 2

/**
 * The nearly closed set of RCE-KD: `places` of the `k1`-long ranking `from`, by weights that grow with the number of wanted
 * items (`items0` [k0]) at and below a position, then the wanted items that are neither drawn nor in `items1` [k1]. `table`
 * holds e^(d / T): how much longer a position takes whose count is d less than the largest.
 */
export function drawNearlyClosed(chunk: u32, thread: u32): void {
  const n = arg(Arg.places)
  const marks = marksOf(thread)
  const words = behind(marks, arg(Arg.numItems))
  const counts = behind(words, wordsBytes(n))
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    if (!isFull(row, n) || !drawRow(row, marks, words, counts)) leaveToTwin(row)
  }
}

function drawRow(row: u32, marks: usize, words: usize, counts: usize): bool {
  const n = arg(Arg.places)
  const drawn = arg(Arg.dim)
  const size = arg(Arg.size)
  const order = candidatesOf(row)
  const wanted = <usize>arg(Arg.items0) + (<usize>(row * arg(Arg.k0)) << 2)
  const wantedEnd = wanted + (<usize>arg(Arg.k0) << 2)
  const closed = <usize>arg(Arg.items1) + (<usize>(row * arg(Arg.k1)) << 2)
  const closedEnd = closed + (<usize>arg(Arg.k1) << 2)
  if (load<u32>(wantedEnd - 4) == NO_ITEM || load<u32>(closedEnd - 4) == NO_ITEM) return false

  setMarks(marks, wanted, wantedEnd, WANTED)
  const largest = countWanted(order, marks, counts)
  openUser(row, n, words)
  const table = <usize>arg(Arg.table)
  for (let at: usize = 0; at < <usize>n << 2; at += 16) {
    const waits = exponentialOfWords(v128.load(words + at))
    // what stands behind the last count belongs to nobody, but is read
    v128.store(
      words + at,
      f32x4.mul(
        waits,
        f32x4(
          load<f32>(table + (<usize>min(largest - load<u32>(counts + at), largest) << 2)),
          load<f32>(table + (<usize>min(largest - load<u32>(counts + at, 4), largest) << 2)),
          load<f32>(table + (<usize>min(largest - load<u32>(counts + at, 8), largest) << 2)),
          load<f32>(table + (<usize>min(largest - load<u32>(counts + at, 12), largest) << 2)),
        ),
      ),
    )
  }
  closeKeys(words, n)
  const cut = cutAfter(words, n, drawn)
  const isSure = cut == cut
  if (isSure) {
    let out = outOf(row)
    const outEnd = out + (<usize>size << 2)
    for (let at: usize = 0; at < <usize>n << 2; at += 4)
      if (load<f32>(words + at) < cut) {
        const item = load<u32>(order + at)
        store<u32>(out, item)
        store<u8>(markOf(marks, item), load<u8>(markOf(marks, item)) | LISTED)
        out += 4
      }
    for (let at = closed; at < closedEnd; at += 4) {
      const item = load<u32>(at)
      store<u8>(markOf(marks, item), load<u8>(markOf(marks, item)) | LISTED)
    }
    for (let at = wanted; at < wantedEnd; at += 4) {
      const item = load<u32>(at)
      if ((load<u8>(markOf(marks, item)) & LISTED) != 0) continue
      store<u32>(out, item)
      out += 4
    }
    for (; out < outEnd; out += 4) store<u32>(out, NO_ITEM)
    setMarks(marks, closed, closedEnd, 0)
    setMarks(marks, order, order + (<usize>n << 2), 0)
  }
  setMarks(marks, wanted, wantedEnd, 0)
  return isSure
}

/** How many wanted items count at every position of the order; returns the largest number, that of position 0. */
function countWanted(order: usize, marks: usize, counts: usize): u32 {
  const cap = arg(Arg.capacity)
  // 0: those at the position count as well; else those among so many first ones never do, nor one for its own position
  const top = arg(Arg.asked)
  let count: u32 = 0
  for (let t = <i32>arg(Arg.places) - 1; t >= 0; t--) {
    const at = <usize>t << 2
    const isWanted = <u32>(load<u8>(markOf(marks, load<u32>(order + at))) == WANTED)
    if (top == 0) count += isWanted
    store<u32>(counts + at, min(count, cap))
    if (top != 0 && <u32>t >= top) count += isWanted
  }
  return min(load<u32>(counts), cap)
}
