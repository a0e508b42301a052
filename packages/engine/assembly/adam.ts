import { All, Arg, Head } from '../src/wasm/layout'
import { begin, constantsOf, finish, walk } from './adam-row'
import { arg, head, rowBytes } from './memory'
import { endRowOf, firstRowOf, isOfUsers } from './pieces'
import { add } from './vectors'

/**
 * Brings rows that are about to be read (or all) to the present step. The first step a row missed may have a data
 * gradient, which becomes zero; the steps after it have none, or the row would have been read before. Where steps are
 * sparse those are no steps for the row.
 *
 * A step waits for the one before, and a short row has too few numbers to fill that time: two of them go side by side,
 * `waiting`, which is at `at`, and the one that comes, until one of them is done.
 */
export function catchUp(chunk: u32): void {
  const first = isOfUsers(chunk)
  const table = <usize>arg(first ? Arg.user : Arg.item)
  const from = firstRowOf(table, chunk)
  const to = endRowOf(table, from)
  const all = (arg(Arg.all) & (first ? All.users : All.items)) != 0
  const need = <usize>head(table, Head.need)
  const short = rowBytes(table) < 128
  const end = constantsOf(table, head(table, Head.step))
  let waiting: u32 = 0
  let at = end
  for (let block = from; block < to; block += 16) {
    const wanted = all ? <u32>0xffff >> (16 - min(16, to - block)) : markedOf16(need + block)
    for (let left = wanted; left != 0; left &= left - 1) {
      const row = block + ctz(left)
      if (!short) {
        advance(table, row)
        continue
      }
      let next = begin<u32>(table, row, 0)
      if (next == 0) continue
      const both = min(end - at, end - next)
      if (both != 0) {
        walk<u64>(table, row, next, both, waiting, at)
        next += both
        at += both
        if (at == end) finish(table, waiting)
      }
      if (next == end) finish(table, row)
      else {
        waiting = row
        at = next
      }
    }
    if (!all && wanted != 0) v128.store(need + block, i32x4.splat(0))
  }
  if (at == end) return
  walk<u32>(table, waiting, at, end - at, 0, 0)
  finish(table, waiting)
}

/** Does the steps that one row missed, one after the other, while it is in cache. */
export function advance(table: usize, row: u32): void {
  goOn(table, row, begin<u32>(table, row, 0))
}

/** `advance` of a row that missed a step, with gradient at `more` beside what the row has collected. */
export function advanceWith(table: usize, row: u32, more: usize): void {
  if (head(table, Head.sparse) == 0) {
    goOn(table, row, begin<u64>(table, row, more))
    return
  }
  const bytes = rowBytes(table)
  add(<usize>head(table, Head.grad) + <usize>row * bytes, more, bytes)
  store<u8>(<usize>head(table, Head.dirty) + row, 1)
  advance(table, row)
}

/** The steps of a row from `at` on, one after the other. */
function goOn(table: usize, row: u32, at: usize): void {
  if (at == 0) return
  const to = constantsOf(table, head(table, Head.step))
  if (at != to) walk<u32>(table, row, at, to - at, 0, 0)
  finish(table, row)
}

/** A bit for each of 16 marks that is set. */
// @ts-ignore: decorator
@inline
function markedOf16(marks: usize): u32 {
  return i8x16.bitmask(i8x16.ne(v128.load(marks), i32x4.splat(0)))
}
