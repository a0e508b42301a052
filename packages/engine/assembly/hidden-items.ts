import { Arg } from '../src/wasm/layout'
import { arg } from './memory'
import { SIDE } from './side-by-side'
import { lowerBound } from './sorted-ids'

/*
 * What is not of the background: a user's seen and listed items. While the items pass in ascending order, two cursors a user
 * say where both lists go on.
 */

/** Where the seen and the listed items of each user begin that are not below `first`. */
export function startCursors(cursors: usize, from: u32, to: u32, first: u32): void {
  const seen = <usize>arg(Arg.exclude)
  const listed = <usize>arg(Arg.items0)
  const k = arg(Arg.k0)
  for (let row = from; row < to; row++) {
    const at = cursors + (<usize>(row - from) << 3)
    if (seen != 0) {
      const ends = <usize>arg(Arg.excludeOffsets) + (<usize>row << 2)
      store<u32>(at, lowerBound(seen, load<u32>(ends), load<u32>(ends, 4), first))
    }
    store<u32>(at, lowerBound(listed, row * k, (row + 1) * k, first), 4)
  }
}

/** Minus infinity for what is not of the background: seen and listed items of each user. */
// @ts-ignore: decorator
@inline
export function hide(cursors: usize, row: u32, end: u32, first: u32, count: u32, scores: usize): void {
  const seen = <usize>arg(Arg.exclude)
  const k = arg(Arg.k0)
  for (; row < end; row++) {
    if (seen != 0) {
      const stop = load<u32>(<usize>arg(Arg.excludeOffsets) + (<usize>row << 2), 4)
      store<u32>(cursors, hideOf(seen, load<u32>(cursors), stop, first, count, scores))
    }
    store<u32>(cursors, hideOf(<usize>arg(Arg.items0), load<u32>(cursors, 4), (row + 1) * k, first, count, scores), 4)
    cursors += 8
    scores += 4
  }
}

// @ts-ignore: decorator
@inline
function hideOf(ids: usize, cursor: u32, stop: u32, first: u32, count: u32, scores: usize): u32 {
  for (; cursor < stop; cursor++) {
    const place = load<u32>(ids + (<usize>cursor << 2)) - first
    if (place >= count) break
    store<f32>(scores + <usize>place * SIDE, -Infinity)
  }
  return cursor
}
