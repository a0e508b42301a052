import { Arg, Head } from '../src/wasm/layout'
import { arg, head } from './memory'
import { copy } from './vectors'

/**
 * Where layers over a graph are computed. Columns never meet, so a block of 16 of them (64 bytes of a row), at the end blocks of 4,
 * goes through all layers while its rows stay in cache. Block by block, rows are nodes in the order of `places`; the block of the
 * columns from byte o starts at o x nodes. An edge is the place of the other end, times 64, and its value.
 */

/** Columns of a block: types that stand for 16 and for 4 of them, so that each has loops of its own. */
export type Wide = u64
export type Narrow = u32

// @ts-ignore: decorator
@inline
export function isWide<T>(): bool {
  return sizeof<T>() == sizeof<Wide>()
}

// @ts-ignore: decorator
@inline
export function shiftOf<T>(): usize {
  return isWide<T>() ? 6 : 4
}

/** Where the row of an edge's other end begins. */
// @ts-ignore: decorator
@inline
export function endOf<T>(edge: usize): usize {
  return isWide<T>() ? <usize>load<u32>(edge) : <usize>load<u32>(edge) >> 2
}

// @ts-ignore: decorator
@inline
export function intoBlocks(place: usize, from: usize, bytes: usize): void {
  const blocks = <usize>arg(Arg.blocks)
  const nodes = <usize>arg(Arg.rows)
  let o: usize = 0
  for (; o + 64 <= bytes; o += 64) copy(blocks + o * nodes + (place << 6), from + o, 64)
  for (; o < bytes; o += 16) v128.store(blocks + o * nodes + (place << 4), v128.load(from + o))
}

// @ts-ignore: decorator
@inline
export function fromBlocks(place: usize, to: usize, bytes: usize): void {
  const blocks = <usize>arg(Arg.blocks)
  const nodes = <usize>arg(Arg.rows)
  let o: usize = 0
  for (; o + 64 <= bytes; o += 64) copy(to + o, blocks + o * nodes + (place << 6), 64)
  for (; o < bytes; o += 16) v128.store(to + o, v128.load(blocks + o * nodes + (place << 4)))
}

/** Where the nodes of the users, or of the items, stand. */
// @ts-ignore: decorator
@inline
export function placesOf(first: bool): usize {
  return <usize>arg(Arg.places) + (first ? 0 : <usize>head(<usize>arg(Arg.user), Head.rows) << 2)
}
