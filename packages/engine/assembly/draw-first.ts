import { Arg } from '../src/wasm/layout'
import { candidatesOf, firstRow, lastRow, outOf, rowAt } from './draws'
import { arg } from './memory'

/** The first `size` candidates. */
export function drawFirst(chunk: u32): void {
  const size = arg(Arg.size)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const from = candidatesOf(row)
    const out = outOf(row)
    for (let at: usize = 0; at < <usize>size << 2; at += 4) store<u32>(out + at, load<u32>(from + at))
  }
}
