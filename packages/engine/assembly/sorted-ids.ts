/* Ids in ascending order. */

/** Shell sort in place: lists are short. */
export function sortIds(at: usize, length: u32): void {
  for (let gap: u32 = length <= 4 ? 1 : length <= 40 ? 4 : length <= 300 ? 23 : 132; gap > 0; gap = gap == 132 ? 23 : gap == 23 ? 4 : gap == 4 ? 1 : 0)
    for (let n = gap; n < length; n++) {
      const id = load<u32>(at + (<usize>n << 2))
      let hole = n
      while (hole >= gap && load<u32>(at + (<usize>(hole - gap) << 2)) > id) {
        store<u32>(at + (<usize>hole << 2), load<u32>(at + (<usize>(hole - gap) << 2)))
        hole -= gap
      }
      store<u32>(at + (<usize>hole << 2), id)
    }
}

/** The first place from `low` on, below `high`, whose id is not below `first`; `high` where there is none. */
// @ts-ignore: decorator
@inline
export function lowerBound(ids: usize, low: u32, high: u32, first: u32): u32 {
  while (low < high) {
    const middle = (low + high) >> 1
    if (load<u32>(ids + (<usize>middle << 2)) < first) low = middle + 1
    else high = middle
  }
  return low
}
