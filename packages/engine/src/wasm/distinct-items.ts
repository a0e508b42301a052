import { NO_ITEM } from '@recdistill/core'

/** Items of a list in the order they first come; `slots` receives the place of each entry's among them, `NO_ITEM` stays. */
export type DistinctItems = (items: Uint32Array, slots: Uint32Array) => Uint32Array

export function createDistinctItems(numItems: number): DistinctItems {
  // an item is known when its place holds it, so nothing is cleared between lists
  const places = new Uint32Array(numItems)
  let known = new Uint32Array(0)
  return (items, slots) => {
    const most = Math.min(items.length, numItems)
    if (known.length < most) known = new Uint32Array(most)
    let count = 0
    for (let e = 0; e < items.length; e++) {
      const item = items[e]
      if (item === NO_ITEM) {
        slots[e] = NO_ITEM
        continue
      }
      let place = places[item]
      if (place >= count || known[place] !== item) {
        place = count++
        places[item] = place
        known[place] = item
      }
      slots[e] = place
    }
    return known.subarray(0, count)
  }
}
