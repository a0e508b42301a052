import { Arg } from '../src/wasm/layout'
import { candidatesOf, firstRow, lastRow, markOf, marksOf, outOf, rowAt, setMarks } from './draws'
import { arg, NO_ITEM } from './memory'
import { endOf } from './padding'

/** out = table[how many of the first `places` of `items0` [k0] are in `items1` [k1]], or its last number, at `capacity`. */
export function fillOverlap(chunk: u32, thread: u32): void {
  const marks = marksOf(thread)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const list = <usize>arg(Arg.items0) + (<usize>(row * arg(Arg.k0)) << 2)
    const listEnd = endOf(list, arg(Arg.places))
    const other = <usize>arg(Arg.items1) + (<usize>(row * arg(Arg.k1)) << 2)
    const otherEnd = endOf(other, arg(Arg.k1))
    setMarks(marks, other, otherEnd, 1)
    let both: usize = 0
    for (let at = list; at < listEnd; at += 4) both += <usize>load<u8>(markOf(marks, load<u32>(at)))
    setMarks(marks, other, otherEnd, 0)
    store<f32>(outOf(row), load<f32>(<usize>arg(Arg.table) + (min(both, <usize>arg(Arg.capacity)) << 2)))
  }
}

/** out[t] = table[place + places - t], where `place` is that of candidate t in `items0` [k0], or `capacity`; table [places + capacity + 1]. */
export function fillByPlace(chunk: u32, thread: u32): void {
  const scratch = marksOf(thread) // a word for every item: one more than its place
  const far = arg(Arg.capacity)
  const n = arg(Arg.numItems) // a place of its own for whatever is no item
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const ranked = <usize>arg(Arg.items0) + (<usize>(row * arg(Arg.k0)) << 2)
    const rankedEnd = endOf(ranked, far)
    let place: u32 = 1
    for (let at = ranked; at < rankedEnd; at += 4) store<u32>(scratch + (<usize>min(load<u32>(at), n) << 2), place++)
    const from = candidatesOf(row)
    const out = outOf(row)
    const end = <usize>arg(Arg.places) << 2
    let zero = <usize>arg(Arg.table) + end
    for (let at: usize = 0; at < end; at += 4) {
      const item = load<u32>(from + at)
      if (item == NO_ITEM) break
      const found = load<u32>(scratch + (<usize>min(item, n) << 2))
      store<f32>(out + at, load<f32>(zero + (<usize>(found == 0 ? far : found - 1) << 2)))
      zero -= 4
    }
    for (let at = ranked; at < rankedEnd; at += 4) store<u32>(scratch + (<usize>min(load<u32>(at), n) << 2), 0)
  }
}
