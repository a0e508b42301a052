/**
 * A set over item ids that empties in next to no time: an item is in when its stamp is the current one.
 * A byte each, so the set of a catalogue stays in a core's cache; the bytes are wiped once in 255 rounds.
 *
 *     const stamp = clearMarks(marks, numItems)
 *     for (const item of row) marks.stamps[item] = stamp
 *     const isIn = marks.stamps[other] === stamp
 */
export interface Marks {
  stamps: Uint8Array // [items], grown on demand
  stamp: number
}

export function createMarks(): Marks {
  return { stamps: new Uint8Array(0), stamp: 0 }
}

/** Empties the set, makes room for ids of 0 to `size - 1`, and returns the stamp that now means "in". */
export function clearMarks(marks: Marks, size: number): number {
  if (marks.stamps.length < size) {
    marks.stamps = new Uint8Array(size)
    marks.stamp = 0
  }
  if (marks.stamp === 0xff) {
    marks.stamps.fill(0)
    marks.stamp = 0
  }
  return ++marks.stamp
}
