import { Arg } from '../src/wasm/layout'
import { behind, candidatesOf, firstRow, lastRow, leaveToTwin, marksOf, outOf, rowAt } from './draws'
import { keyOf } from './keys'
import { arg, NO_ITEM } from './memory'
import { endOf } from './padding'
import { sortByScore } from './select'

/** The `k` candidates of a row in the order of their scores in `values` [rows, k]; padding behind them. */
export function drawInOrder(chunk: u32, thread: u32): void {
  const k = arg(Arg.k)
  const keys = marksOf(thread)
  const scratch = behind(keys, (<usize>k) << 3)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const from = candidatesOf(row)
    const scores = <usize>arg(Arg.values) + ((<usize>(row * k)) << 2)
    const n = <u32>((endOf(from, k) - from) >> 2)
    let isNumber = true
    for (let t: usize = 0; t < <usize>n; t++) {
      const score = load<f32>(scores + (t << 2))
      isNumber = isNumber && score == score
      store<u64>(keys + (t << 3), keyOf(score, load<u32>(from + (t << 2))))
    }
    if (!isNumber) {
      leaveToTwin(row)
      continue
    }
    sortByScore(keys, n, scratch)
    const out = outOf(row)
    for (let t: usize = 0; t < <usize>n; t++) store<u32>(out + (t << 2), ~(<u32>load<u64>(keys + (t << 3))))
    for (let t = n; t < k; t++) store<u32>(out + ((<usize>t) << 2), NO_ITEM)
  }
}
