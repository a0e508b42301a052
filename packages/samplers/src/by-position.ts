import { InputError, NO_ITEM, type Rng } from '@recdistill/core'
import { kthSmallest } from './kth-smallest.ts'
import { raceOverPositions, type PositionRace } from './position-race.ts'
import { sortByKey } from './sort-by-key.ts'

let arrived = new Uint32Array(0)
let keys = new Float64Array(0)
let work = new Float64Array(0)

/**
 * Distinct candidates drawn one after the other, early ones more often, each in proportion to its weight among those left.
 *
 *     w(t) = exp(-(t + 1) / T),   t = 0 for the best candidate
 *
 * The draw is a race (arrival time Exp(1) / w(t)), but only positions that arrive before a horizon chosen once for
 * (candidates, places, T) are timed: a uniform number against a table decides that, and the far tail is jumped over as one
 * Poisson process. If too few arrive, which happens to about one user in two hundred, the others race on from there
 * (arrival times have no memory), so the law is exact.
 *
 * @param candidates Best first. `out` asks for `out.length` of them; when there are not more than that, all come, in
 *   order and without chance, and the places behind hold `NO_ITEM`.
 * @param T Above 0; large is nearly uniform.
 * @param keepDrawOrder First drawn first; otherwise in the order of the candidates (RRD lists are in teacher order).
 * @returns How many items were drawn.
 * @see Kang et al., DE-RRD, CIKM 2020, section 3.3 (the law). Not sorting is an option of later ports.
 */
export function sampleByPosition(
  candidates: Uint32Array,
  T: number,
  out: Uint32Array,
  rng: Rng,
  { keepDrawOrder = false }: { keepDrawOrder?: boolean } = {},
): number {
  if (!(T > 0 && T < Infinity)) throw new InputError(`sampleByPosition: expected T above 0, got ${T}`)
  const n = candidates.length
  const size = Math.min(out.length, n)
  for (let place = size; place < out.length; place++) out[place] = NO_ITEM
  if (size === 0) return 0
  if (size === n && !keepDrawOrder) {
    out.set(candidates)
    return size
  }
  const positions = runRace(raceOverPositions(n, size, T), rng, keepDrawOrder)
  for (let place = 0; place < size; place++) out[place] = candidates[positions[place]]
  return size
}

/** The first `race.size` positions to arrive, in the first places of a view that the next call overwrites. */
export function runRace(race: PositionRace, rng: Rng, keepDrawOrder: boolean): Uint32Array {
  const { n, size } = race
  if (keys.length < n) {
    arrived = new Uint32Array(n)
    keys = new Float64Array(n)
    work = new Float64Array(n)
  }
  const inTime = early(race, keepDrawOrder, rng)
  if (inTime >= size) dropLast(0, inTime, size)
  else dropLast(inTime, late(race, inTime, keepDrawOrder, rng), size)
  if (keepDrawOrder) sortByKey(arrived, keys, size)
  else if (inTime < size) sortByPosition(size)
  return arrived
}

/**
 * Positions that arrive before the horizon, ascending; returns how many. Their keys are arrival times in horizons: enough to
 * tell which come last, while the first of a steep race may all be 0. `inLogs` gives logarithms, which order all of them.
 */
function early(
  { n, T, logHorizon, chance, slowness, hazard, tail }: PositionRace,
  inLogs: boolean,
  rng: Rng,
): number {
  let count = 0
  for (let t = 0; t < tail; t++) {
    const u = (rng.uint32() + 0.5) * 2 ** -32
    if (u >= chance[t]) continue
    const wait = -Math.log(1 - u)
    arrived[count] = t
    keys[count++] = inLogs ? Math.log(wait) + (t + 1) / T - logHorizon : wait * slowness[t]
  }
  let reached = 0
  let t = tail
  while (t < n) {
    reached += rng.exponential()
    t = firstAbove(hazard, reached, t, n)
    if (t === n) break
    const wait = -Math.log1p(-(rng.uint32() + 0.5) * 2 ** -32 * chance[t])
    arrived[count] = t
    keys[count++] = inLogs ? Math.log(wait) + (t + 1) / T - logHorizon : wait * slowness[t]
    reached = hazard[t++]
  }
  return count
}

/** Smallest t of `from` to `n` whose cumulative hazard is above `value`; n when there is none. */
function firstAbove(hazard: Float64Array, value: number, from: number, n: number): number {
  let low = from
  let high = n
  while (low < high) {
    const middle = (low + high) >>> 1
    if (hazard[middle] > value) high = middle
    else low = middle + 1
  }
  return low
}

/** Lets every position that has not arrived by the horizon race on: it arrives at horizon + Exp(1) / w(t). Returns how many there are in all. */
function late(
  { n, T, logHorizon, slowness }: PositionRace,
  inTime: number,
  inLogs: boolean,
  rng: Rng,
): number {
  let count = inTime
  let next = 0
  for (let t = 0; t < n; t++) {
    if (next < inTime && arrived[next] === t) {
      next++
      continue
    }
    const wait = rng.exponential()
    arrived[count] = t
    keys[count++] = inLogs ? logOnePlusExp(Math.log(wait) + (t + 1) / T - logHorizon) : 1 + wait * slowness[t]
  }
  return count
}

function logOnePlusExp(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

/** Keeps the `size` earliest of `count` arrivals, in their order; the first `safe` of them are known to stay. */
function dropLast(safe: number, count: number, size: number): void {
  if (count === size) return
  for (let a = safe; a < count; a++) work[a - safe] = keys[a]
  const last = kthSmallest(work, count - safe, size - safe)
  let ties = size - safe
  for (let a = safe; a < count; a++) if (keys[a] < last) ties--
  let place = safe
  for (let a = safe; a < count && place < size; a++) {
    if (keys[a] > last || (keys[a] === last && ties-- <= 0)) continue
    arrived[place] = arrived[a]
    keys[place++] = keys[a]
  }
}

/** Ascending positions again, after late arrivals were put behind the early ones. */
function sortByPosition(size: number): void {
  for (let a = 0; a < size; a++) work[a] = arrived[a]
  sortByKey(arrived, work, size)
}
