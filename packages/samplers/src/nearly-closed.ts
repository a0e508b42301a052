import { NO_ITEM, type Rng } from '@recdistill/core'
import { sampleByWeight } from './by-weight.ts'
import { clearMarks, createMarks } from './marks.ts'

export interface NearlyClosedOptions {
  /** Items drawn from the order. */
  readonly drawn: number
  readonly T: number
  /** Largest count that matters. */
  readonly cap: number
  /**
   * Null: a position's count is that of wanted items at it and below. A number: that of those below it, those among so many
   * first ones left out, without a largest count.
   */
  readonly behind: number | null
  readonly numItems: number
}

const isWanted = createMarks()
const isListed = createMarks() // what needs no second place
let logWeights = new Float64Array(0)

/**
 * A set that is nearly closed under an order: items drawn from the order, the more often the more wanted items stand at and
 * below them, then the wanted items that are neither drawn nor in `closed`, then padding.
 *
 *     log w(t) = (min(c(t), cap) + 1) / T,   c(t) = wanted items at positions t and below
 *
 * @param order Best first; `drawn` of them come in this order.
 * @see Rejuvenating Cross-Entropy Loss in Knowledge Distillation for Recommender Systems, ICLR 2026: its approximate list.
 */
export function drawNearlyClosed(
  order: Uint32Array,
  wanted: Uint32Array,
  closed: Uint32Array,
  out: Uint32Array,
  rng: Rng,
  { drawn, ...counts }: NearlyClosedOptions,
): void {
  drawByWanted(order, wanted, out.subarray(0, drawn), rng, counts)
  addMissing(wanted, closed, out, drawn, counts.numItems)
}

/** The drawn items of `drawNearlyClosed` alone. */
export function drawByWanted(
  order: Uint32Array,
  wanted: Uint32Array,
  out: Uint32Array,
  rng: Rng,
  { T, cap, behind, numItems }: Omit<NearlyClosedOptions, 'drawn'>,
): void {
  markAll(wanted, numItems)
  weighPositions(order, T, cap, behind)
  sampleByWeight(order, logWeights, out, rng)
}

/** Puts those of `items` behind the first places of `out` (up to `places`, or padding) that are neither there nor in `closed`. Returns how many there are then. */
export function addMissing(
  items: Uint32Array,
  closed: Uint32Array,
  out: Uint32Array,
  places: number,
  numItems: number,
): number {
  const stamp = clearMarks(isListed, numItems)
  const { stamps } = isListed
  let place = 0
  while (place < places && out[place] !== NO_ITEM) stamps[out[place++]] = stamp
  for (let t = 0; t < closed.length; t++) stamps[closed[t]] = stamp
  for (let t = 0; t < items.length; t++) if (stamps[items[t]] !== stamp) out[place++] = items[t]
  return place
}

function markAll(items: Uint32Array, numItems: number): void {
  const stamp = clearMarks(isWanted, numItems)
  for (let t = 0; t < items.length; t++) isWanted.stamps[items[t]] = stamp
}

function weighPositions(order: Uint32Array, T: number, cap: number, behind: number | null): void {
  if (logWeights.length < order.length) logWeights = new Float64Array(order.length)
  const { stamps, stamp } = isWanted
  let count = 0
  for (let t = order.length - 1; t >= 0; t--) {
    const counts = stamps[order[t]] === stamp
    if (behind === null) {
      if (counts) count++
      logWeights[t] = (Math.min(count, cap) + 1) / T
    } else {
      logWeights[t] = (count + 1) / T
      if (counts && t >= behind) count++
    }
  }
}
