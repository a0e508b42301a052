import { Arg } from '../src/wasm/layout'
import { below, firstRow, lastRow, leaveToTwin, marksOf, openUser, outOf, rowAt, seenFrom, seenTo } from './draws'
import { arg } from './memory'

/** `drawUnseen`: the r-th item that is not seen, r uniform, found by bisection in those that are. */
export function drawUnseen(chunk: u32, thread: u32): void {
  const size = arg(Arg.size)
  const words = marksOf(thread)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const seen = seenFrom(row)
    const count = <u32>((seenTo(row) - seen) >> 2)
    const open = arg(Arg.numItems) - count
    if (count >= arg(Arg.numItems)) {
      leaveToTwin(row)
      continue
    }
    openUser(row, size + size / 16, words)
    const out = outOf(row)
    for (let place: u32 = 0; place < size; place++) {
      const rank = below(open)
      let low: u32 = 0
      let high = count
      while (low < high) {
        const middle = (low + high) >>> 1
        if (load<u32>(seen + (<usize>middle << 2)) - middle <= rank) low = middle + 1
        else high = middle
      }
      store<u32>(out + (<usize>place << 2), rank + low)
    }
  }
}
