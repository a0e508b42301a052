/* The memory of one thread: rows that weigh an expert, sums and gradients of their units, lists of both. */

import { BLOCK, Field, LIST_ENTRY, field, width } from './memory'

/** Of one thread, a multiple of 64. */
export function scratchBytes(): usize {
  const w = width()
  const bytes =
    BLOCK * 16 + // the rows of the block, their weights, lengths of their lists
    w * 4 + // lengths of the lists of units
    (BLOCK + 4) * w * 4 * 2 + // sums of units, gradients with respect to them
    BLOCK * w * LIST_ENTRY * 2 + // lists of rows, lists of units
    BLOCK * w * 16 // dot products in four parts
  return (bytes + 63) & ~63
}

/** Where the parts of a thread's scratch memory begin. */
// @ts-ignore: decorator
@inline
function rowsAt(scratch: usize): usize {
  return scratch // u32 rows of the block
}
// @ts-ignore: decorator
@inline
export function weightsAt(scratch: usize): usize {
  return scratch + BLOCK * 4
}
// @ts-ignore: decorator
@inline
export function countsAt(scratch: usize): usize {
  return scratch + BLOCK * 8
}
// @ts-ignore: decorator
@inline
export function unitCountsAt(scratch: usize): usize {
  return scratch + BLOCK * 16
}
// @ts-ignore: decorator
@inline
export function sumsAt(scratch: usize): usize {
  return unitCountsAt(scratch) + width() * 4
}
// @ts-ignore: decorator
@inline
export function unitGradientsAt(scratch: usize): usize {
  return sumsAt(scratch) + (BLOCK + 4) * width() * 4
}
// @ts-ignore: decorator
@inline
export function rowListsAt(scratch: usize): usize {
  return unitGradientsAt(scratch) + (BLOCK + 4) * width() * 4
}
// @ts-ignore: decorator
@inline
export function unitListsAt(scratch: usize): usize {
  return rowListsAt(scratch) + BLOCK * width() * LIST_ENTRY
}
// @ts-ignore: decorator
@inline
export function dotsAt(scratch: usize): usize {
  return unitListsAt(scratch) + BLOCK * width() * LIST_ENTRY
}

/** Collects rows of `from` to `to` that weigh expert e, up to a block of them. Returns the row to go on from. */
export function collect(e: usize, from: usize, to: usize, scratch: usize): usize {
  const experts = field(Field.experts)
  let count: usize = 0
  let r = from
  for (; r < to && count < BLOCK; r++) {
    const weight = load<f32>(field(Field.z) + (r * experts + e) * 4)
    store<u32>(rowsAt(scratch) + count * 4, <u32>r)
    store<f32>(weightsAt(scratch) + count * 4, weight)
    count += weight != 0 ? 1 : 0
  }
  store<u32>(countsAt(scratch) + BLOCK * 4, <u32>count)
  return r
}

// @ts-ignore: decorator
@inline
export function collectedIn(scratch: usize): usize {
  return <usize>load<u32>(countsAt(scratch) + BLOCK * 4)
}

// @ts-ignore: decorator
@inline
export function rowOf(scratch: usize, i: usize): usize {
  return <usize>load<u32>(rowsAt(scratch) + i * 4)
}
