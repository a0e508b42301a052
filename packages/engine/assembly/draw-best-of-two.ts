import { Arg } from '../src/wasm/layout'
import { firstRow, lastRow, leaveToTwin, marksOf, openUser, outOf, rowAt, seenFrom, seenTo } from './draws'
import { arg } from './memory'
import { nextWord } from './stream'

/**
 * `drawBestOfTwo`: positions of the best `capacity` items that are not seen, by [scale factor -T, e^(-1/T) - 1] at `table`, in at
 * most `places` draws. With `mode` 1 a position that was drawn before is drawn again.
 */
export function drawBestOfTwo(chunk: u32, thread: u32): void {
  const size = arg(Arg.size)
  const words = marksOf(thread)
  const distinct = arg(Arg.mode) == 1
  const minusT = load<f64>(<usize>arg(Arg.table))
  const span = load<f64>(<usize>arg(Arg.table), 8)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const seen = <u32>((seenTo(row) - seenFrom(row)) >> 2)
    const open = arg(Arg.numItems) - seen
    const n = min(arg(Arg.capacity), open)
    if (seen > arg(Arg.numItems) || n == 0 || (distinct && n <= size)) {
      leaveToTwin(row)
      continue
    }
    openUser(row, 2 * size, words)
    const out = outOf(row)
    const scale = <f64>n * minusT
    let place: u32 = 0
    for (let tries = arg(Arg.places); place < size && tries > 0; tries--) {
      const first = scale * Math.log1p(<f64>nextWord() * 2.3283064365386963e-10 * span)
      const second = scale * Math.log1p(<f64>nextWord() * 2.3283064365386963e-10 * span)
      const better = min(first, second)
      const whole = Math.floor(better)
      // a logarithm that is wrong in its last place may fall on the other side of a whole number
      if (better - whole < 1e-7 || better - whole > 1 - 1e-7) leaveToTwin(row)
      const position = min(n - 1, <u32>whole)
      if (distinct && isAmong(position, out, place)) continue
      store<u32>(out + (<usize>place << 2), position)
      place++
    }
    if (place < size) leaveToTwin(row)
  }
}

function isAmong(position: u32, out: usize, places: u32): bool {
  for (let at = out; at < out + (<usize>places << 2); at += 4) if (load<u32>(at) == position) return true
  return false
}
