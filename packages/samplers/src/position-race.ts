/** What a race of n positions with weights exp(-(t + 1) / T) needs to know about its horizon; the same for every user. */
export interface PositionRace {
  readonly n: number
  readonly size: number
  readonly T: number
  /** Logarithm of the time up to which arrivals are drawn. */
  readonly logHorizon: number
  /** Probability that t arrives by the horizon: 1 - exp(-w(t) horizon). [n] */
  readonly chance: Float64Array
  /** Mean arrival time of t in horizons: 1 / (w(t) horizon). [n] */
  readonly slowness: Float64Array
  /** From `tail` on: sum of w(j) * horizon over j of tail to t. [n] */
  readonly hazard: Float64Array
  /** Positions from here on are expected to send less than one arrival together. */
  readonly tail: number
}

const kept: PositionRace[] = []

/** The table for a race of which `size` of `n` are wanted; the last few are kept. */
export function raceOverPositions(n: number, size: number, T: number): PositionRace {
  for (let r = 0; r < kept.length; r++) {
    const race = kept[r]
    if (race.n === n && race.size === size && race.T === T) return race
  }
  const race = prepareRace(n, size, T, 2.6)
  if (kept.length === 32) kept.shift()
  kept.push(race)
  return race
}

/**
 * The horizon is where the expected number of arrivals, less `margin` standard deviations, is the number wanted: with 2.6
 * long enough to suffice nearly always, short enough to time few positions in vain. Any margin gives the same law.
 */
export function prepareRace(n: number, size: number, T: number, margin: number): PositionRace {
  let low = -50
  let high = n / T + 50
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (expectedArrivals(n, T, middle, margin) >= size) high = middle
    else low = middle
  }
  const logHorizon = high
  const chance = new Float64Array(n)
  const slowness = new Float64Array(n)
  const hazard = new Float64Array(n)
  for (let t = 0; t < n; t++) {
    chance[t] = -Math.expm1(-Math.exp(logHorizon - (t + 1) / T))
    slowness[t] = Math.exp((t + 1) / T - logHorizon)
  }
  let tail = n
  let left = 0
  while (tail > 0 && left + Math.exp(logHorizon - tail / T) < 1) left += Math.exp(logHorizon - tail-- / T)
  let sum = 0
  for (let t = tail; t < n; t++) {
    sum += Math.exp(logHorizon - (t + 1) / T)
    hazard[t] = sum
  }
  return { n, size, T, logHorizon, chance, slowness, hazard, tail }
}

function expectedArrivals(n: number, T: number, logHorizon: number, margin: number): number {
  let mean = 0
  let variance = 0
  for (let t = 0; t < n; t++) {
    const chance = -Math.expm1(-Math.exp(logHorizon - (t + 1) / T))
    mean += chance
    variance += chance * (1 - chance)
  }
  return mean - margin * Math.sqrt(variance)
}
