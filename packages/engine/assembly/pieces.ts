import { Arg, Head } from '../src/wasm/layout'
import { arg, head } from './memory'

/* Pieces of work of kernels that walk all rows of two tables, those of the users before those of the items. */

/** Rows in one piece: a multiple of 16, so that marks are read 16 at a time. */
// @ts-ignore: decorator
@inline
function chunkRows(stride: u32): u32 {
  return (max<u32>(16, 32768 / stride) + 15) & ~15
}

export function chunksOf(table: usize): u32 {
  const size = chunkRows(head(table, Head.stride))
  return (head(table, Head.rows) + size - 1) / size
}

export function isOfUsers(chunk: u32): bool {
  return chunk < arg(Arg.userChunks)
}

/** Of a piece, in its table. */
export function firstRowOf(table: usize, chunk: u32): u32 {
  return (isOfUsers(chunk) ? chunk : chunk - arg(Arg.userChunks)) * chunkRows(head(table, Head.stride))
}

/** The row behind the last of a piece that begins at `from`. */
export function endRowOf(table: usize, from: u32): u32 {
  return min(from + chunkRows(head(table, Head.stride)), head(table, Head.rows))
}
