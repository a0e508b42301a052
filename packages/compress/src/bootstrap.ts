import { createRng } from '@recdistill/core'
import type { Estimate } from './trial.ts'

/** Draws in all: beyond it there are so many users that fewer resamples tell as much. */
const mostDraws = 2e7

/**
 * A statistic of sums over users, with its percentile bootstrap interval: users are drawn again with replacement, all columns
 * together.
 *
 * @param columns Values of each user. [columns][users]
 * @param statistic Of the means of the columns; what is not finite is left out of the interval.
 * @see Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13
 */
export function bootstrap(
  columns: readonly ArrayLike<number>[],
  statistic: (means: readonly number[]) => number,
  { confidence = 0.95, resamples = 1000, seed = 0 } = {},
): Estimate {
  const users = columns[0].length
  const value = statistic(columns.map((column) => mean(column)))
  const rng = createRng(seed).fork('bootstrap')
  const times = Math.max(50, Math.min(resamples, Math.floor(mostDraws / Math.max(1, users))))
  const found: number[] = []
  const sums = new Float64Array(columns.length)
  for (let sample = 0; sample < times; sample++) {
    rng.at(sample)
    sums.fill(0)
    for (let n = 0; n < users; n++) {
      const user = rng.int(users)
      for (let c = 0; c < columns.length; c++) sums[c] += columns[c][user]
    }
    const drawn = statistic(Array.from(sums, (sum) => sum / users))
    if (Number.isFinite(drawn)) found.push(drawn)
  }
  found.sort((a, b) => a - b)
  const tail = (1 - confidence) / 2
  return { value, low: quantile(found, tail), high: quantile(found, 1 - tail) }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let n = 0; n < values.length; n++) sum += values[n]
  return sum / values.length
}

/** Linear between the two nearest of ascending values; NaN of none. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  if (ascending.length === 0) return NaN
  const at = share * (ascending.length - 1)
  const below = ascending[Math.floor(at)]
  return below + (at - Math.floor(at)) * (ascending[Math.ceil(at)] - below)
}
