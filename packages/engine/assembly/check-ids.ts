import { All, Arg, Control, Head, Mode } from '../src/wasm/layout'
import { arg, head, word } from './memory'

/**
 * Checks the ids of some rows against their tables and marks the rows that are about to be read. A wrong id is noted
 * and its mark left out; the caller finds and names it.
 */
export function checkIds(chunk: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const padding = arg(Arg.mode) != Mode.bpr
  checkColumn(arg(Arg.user), <usize>arg(Arg.users), from, to, false, true)
  const item = <usize>arg(Arg.item)
  const marks = (arg(Arg.all) & All.items) == 0
  if (arg(Arg.k0) != 0) checkColumn(item, <usize>arg(Arg.items0), from * arg(Arg.k0), to * arg(Arg.k0), padding, marks)
  if (arg(Arg.k1) != 0) checkColumn(item, <usize>arg(Arg.items1), from * arg(Arg.k1), to * arg(Arg.k1), padding, marks)
}

function checkColumn(table: usize, ids: usize, from: u32, to: u32, padding: bool, mark: bool): void {
  const rows = head(table, Head.rows)
  const need = <usize>head(table, Head.need)
  const marks = mark && need != 0 && head(table, Head.step) != 0
  // where padding may stand, id + 1 is looked at, of which it is the smallest
  const shift: u32 = padding ? 1 : 0
  let highest: u32 = 0
  let n = ids + (<usize>from << 2)
  const end = ids + (<usize>to << 2)
  if (marks) {
    for (; n < end; n += 4) {
      const id = load<u32>(n)
      highest = max(highest, id + shift)
      if (id < rows) store<u8>(need + id, 1)
    }
  } else {
    let top = i32x4.splat(0)
    const shifts = i32x4.splat(shift)
    for (; n + 16 <= end; n += 16) top = i32x4.max_u(top, i32x4.add(v128.load(n), shifts))
    highest = max(
      max(<u32>i32x4.extract_lane(top, 0), <u32>i32x4.extract_lane(top, 1)),
      max(<u32>i32x4.extract_lane(top, 2), <u32>i32x4.extract_lane(top, 3)),
    )
    for (; n < end; n += 4) highest = max(highest, load<u32>(n) + shift)
  }
  if (to > from && highest >= rows + shift) atomic.store<u32>(word(Control.badId), 1)
}
