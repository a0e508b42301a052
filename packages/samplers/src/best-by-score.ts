import { InputError } from '@recdistill/core'

let heap = new Uint32Array(0)

/**
 * The best-scored items, best first (ties: smaller item), into `out`; the places behind stay as they are.
 *
 * One pass with a heap of the best so far: most items cost one comparison, whatever their number.
 *
 * @param items In any order.
 * @param scores Of each item. NaN is not allowed.
 * @returns How many were taken: the smaller of `out.length` and the number of items.
 * @throws InputError when there are fewer scores than items.
 */
export function bestByScore(items: Uint32Array, scores: Float32Array, out: Uint32Array): number {
  if (scores.length < items.length)
    throw new InputError(`bestByScore: ${items.length} items need as many scores, got ${scores.length}`)
  const size = Math.min(out.length, items.length)
  if (size === 0) return 0
  if (heap.length < size) heap = new Uint32Array(size)
  const isWorse = (a: number, b: number) =>
    scores[a] < scores[b] || (scores[a] === scores[b] && items[a] > items[b])
  /** Restores the heap of `length` places below `place`: every place is worse than those under it. */
  const sink = (place: number, length: number) => {
    const moved = heap[place]
    for (;;) {
      let child = 2 * place + 1
      if (child >= length) break
      if (child + 1 < length && isWorse(heap[child + 1], heap[child])) child++
      if (!isWorse(heap[child], moved)) break
      heap[place] = heap[child]
      place = child
    }
    heap[place] = moved
  }
  for (let n = 0; n < size; n++) heap[n] = n
  for (let place = (size >> 1) - 1; place >= 0; place--) sink(place, size)
  for (let n = size; n < items.length; n++) {
    if (!isWorse(heap[0], n)) continue
    heap[0] = n
    sink(0, size)
  }
  for (let length = size; length > 0; length--) {
    out[length - 1] = items[heap[0]]
    heap[0] = heap[length - 1]
    sink(0, length - 1)
  }
  return size
}
