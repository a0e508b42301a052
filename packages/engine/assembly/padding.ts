import { NO_ITEM } from './memory'

/* Lists end before their rows do: what stands behind the last item is padding. */

/** Places of a list up to its last item: padding at the end costs nothing. */
// @ts-ignore: decorator
@inline
export function lengthOf(items: usize, k: u32): u32 {
  while (k != 0 && load<u32>(items + (<usize>(k - 1) << 2)) == NO_ITEM) k--
  return k
}

/** Where the items of a list end: at its padding, or after `n`. */
// @ts-ignore: decorator
@inline
export function endOf(list: usize, n: u32): usize {
  let end = list + (<usize>n << 2)
  while (end > list && load<u32>(end - 4) == NO_ITEM) end -= 4
  return end
}
