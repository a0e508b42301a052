import { Arg, Head, Layers } from '../src/wasm/layout'
import { advance, advanceWith } from './adam'
import { joinLanes } from './adam-row'
import { fromBlocks, intoBlocks, placesOf } from './column-blocks'
import { nextDirty } from './layer-gradient'
import { arg, head, rowBytes } from './memory'
import { endRowOf, firstRowOf, isOfUsers } from './pieces'
import { add, clear } from './vectors'

/* What goes from tables into the blocks of layers, and comes back. */

/** Rows of a table that go into or come out of blocks at once. */
const AT_ONCE: u32 = Layers.rows

/** Brings rows of the base tables up to date, with the gradient that waits in the blocks, and copies them there. */
export function layersIn(chunk: u32, thread: u32): void {
  const first = isOfUsers(chunk)
  const table = <usize>arg(first ? Arg.user : Arg.item)
  const start = firstRowOf(table, chunk)
  const to = endRowOf(table, start)
  const bytes = rowBytes(table)
  const values = <usize>head(table, Head.values)
  const places = placesOf(first)
  const trained = head(table, Head.last) != 0
  const pending = arg(Arg.pending) != 0
  const gradients = <usize>arg(Arg.rowsOfThread) + <usize>thread * AT_ONCE * bytes
  // one thing after the other for some rows: the processor reads scattered rows ahead only where it has nothing else to do
  for (let from = start; from < to; from += AT_ONCE) {
    const end = min(from + AT_ONCE, to)
    let gradient: usize = pending ? gradients : 0
    if (pending)
      for (let row = from; row < end; row++, gradient += bytes)
        fromBlocks(load<u32>(places + (<usize>row << 2)), gradient, bytes)
    gradient = pending ? gradients : 0
    if (trained)
      for (let row = from; row < end; row++) {
        if (pending) {
          advanceWith(table, row, gradient)
          gradient += bytes
        } else advance(table, row)
      }
    for (let row = from; row < end; row++)
      intoBlocks(load<u32>(places + (<usize>row << 2)), values + <usize>row * bytes, bytes)
  }
}

/** Adds the gradient that waits in the blocks to that of the base tables. */
export function layersDeliver(chunk: u32, thread: u32): void {
  const first = isOfUsers(chunk)
  const table = <usize>arg(first ? Arg.user : Arg.item)
  const start = firstRowOf(table, chunk)
  const to = endRowOf(table, start)
  const bytes = rowBytes(table)
  const grad = <usize>head(table, Head.grad)
  const dirty = <usize>head(table, Head.dirty)
  const places = placesOf(first)
  const gradient = <usize>arg(Arg.rowsOfThread) + <usize>thread * AT_ONCE * bytes
  for (let row = start; row < to; row++) {
    fromBlocks(load<u32>(places + (<usize>row << 2)), gradient, bytes)
    add(grad + <usize>row * bytes, gradient, bytes)
    store<u8>(dirty + row, 1)
  }
}

/** Adds the gradients of the other lanes of both tables to the first. */
export function layersJoin(chunk: u32): void {
  const first = isOfUsers(chunk)
  const table = <usize>arg(first ? Arg.outUser : Arg.outItem)
  const start = firstRowOf(table, chunk)
  const to = endRowOf(table, start)
  const bytes = rowBytes(table)
  for (let row = start; row < to; row++) joinLanes(table, row, bytes)
}

/** The gradients that went back are zero. */
export function layersClear(chunk: u32): void {
  const first = isOfUsers(chunk)
  const table = <usize>arg(first ? Arg.outUser : Arg.outItem)
  const start = firstRowOf(table, chunk)
  const to = endRowOf(table, start)
  const bytes = rowBytes(table)
  const grad = <usize>head(table, Head.grad)
  const dirty = <usize>head(table, Head.dirty)
  for (let row = nextDirty(table, start, to); row < to; row = nextDirty(table, row + 1, to)) {
    clear(grad + <usize>row * bytes, bytes)
    store<u8>(dirty + row, 0)
  }
}
