import { InputError, NO_ITEM, type Rng } from '@recdistill/core'
import { below } from './below.ts'
import { clearMarks, createMarks } from './marks.ts'

const marks = createMarks()
let rest = new Uint32Array(0)

/**
 * Distinct items, uniform over those in none of the `excluded` sets, in random order; `out` says how many.
 * When fewer are left than asked for, all of them come and the places behind hold `NO_ITEM`.
 *
 * By rejection while at least half of the open items remain open, else by a partial shuffle of all open items, so a user
 * who has seen nearly everything costs one pass over the catalogue and never an endless search.
 *
 * @param excluded In any order, overlaps allowed; `NO_ITEM` in them is skipped.
 * @returns How many items were drawn: the smaller of `out.length` and the number of open items.
 * @throws InputError when an excluded item is not in the catalogue.
 */
export function sampleExcept(
  numItems: number,
  excluded: readonly Uint32Array[],
  out: Uint32Array,
  rng: Rng,
): number {
  const stamp = clearMarks(marks, numItems)
  const { stamps } = marks
  let listed = 0
  for (let set = 0; set < excluded.length; set++) {
    markAll(excluded[set], numItems, stamps, stamp)
    listed += excluded[set].length
  }
  // Usually far fewer are listed than exist, and nobody needs to know how many of them are distinct.
  const open = isAmple(numItems - listed, out.length, numItems)
    ? numItems - listed
    : countOpen(numItems, stamps, stamp)
  const size = Math.min(out.length, open)
  if (isAmple(open, size, numItems)) {
    for (let place = 0; place < size; place++) {
      let item = below(numItems, rng)
      while (stamps[item] === stamp) item = below(numItems, rng)
      stamps[item] = stamp
      out[place] = item
    }
  } else {
    listOpen(numItems, stamps, stamp)
    for (let place = 0; place < size; place++) {
      const other = place + below(open - place, rng)
      out[place] = rest[other]
      rest[other] = rest[place]
    }
  }
  for (let place = size; place < out.length; place++) out[place] = NO_ITEM
  return size
}

/** Whether rejection finds an open item within a few draws, to the last place. */
function isAmple(open: number, size: number, numItems: number): boolean {
  return open >= 2 * size && 8 * open >= numItems
}

function markAll(items: Uint32Array, numItems: number, stamps: Uint8Array, stamp: number): void {
  for (let n = 0; n < items.length; n++) {
    const item = items[n]
    if (item < numItems) stamps[item] = stamp
    else if (item !== NO_ITEM)
      throw new InputError(
        `sampleExcept: excluded item ${item} is not among the ${numItems} items of the catalogue`,
      )
  }
}

function countOpen(numItems: number, stamps: Uint8Array, stamp: number): number {
  let open = 0
  for (let item = 0; item < numItems; item++) if (stamps[item] !== stamp) open++
  return open
}

function listOpen(numItems: number, stamps: Uint8Array, stamp: number): void {
  if (rest.length < numItems) rest = new Uint32Array(numItems)
  let n = 0
  for (let item = 0; item < numItems; item++) if (stamps[item] !== stamp) rest[n++] = item
}
