import { Arg } from '../src/wasm/layout'
import { behind, below, candidatesOf, firstRow, lastRow, leaveToTwin, marksOf, openUser, outOf, rowAt, seenFrom, seenTo, setMarks } from './draws'
import { arg, NO_ITEM } from './memory'

/** `sampleExcept` of what is neither seen nor among the first `places` candidates. */
export function drawExcept(chunk: u32, thread: u32): void {
  const size = arg(Arg.size)
  const n = arg(Arg.numItems)
  const places = arg(Arg.places)
  const marks = marksOf(thread)
  const words = behind(marks, n)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const seen = seenFrom(row)
    const seenEnd = seenTo(row)
    const from = candidatesOf(row)
    let end = from
    while (end < from + (<usize>places << 2) && load<u32>(end) != NO_ITEM) end += 4
    const listed = <u32>((seenEnd - seen + end - from) >> 2)
    const open = n - listed
    if (listed > n || open < 2 * size || 8 * <u64>open < <u64>n) {
      leaveToTwin(row)
      continue
    }
    setMarks(marks, seen, seenEnd, 1)
    setMarks(marks, from, end, 1)
    openUser(row, size + size / 16, words)
    const out = outOf(row)
    const outEnd = out + (<usize>size << 2)
    for (let at = out; at < outEnd; at += 4) {
      let item = below(n)
      while (load<u8>(marks + item) != 0) item = below(n)
      store<u8>(marks + item, 1)
      store<u32>(at, item)
    }
    setMarks(marks, seen, seenEnd, 0)
    setMarks(marks, from, end, 0)
    setMarks(marks, out, outEnd, 0)
  }
}
