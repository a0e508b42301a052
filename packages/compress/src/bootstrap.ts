import { createRng } from '@recdistill/core'
import type { Estimate } from './trial.ts'

/** Draws in all: beyond it there are so many users that fewer resamples tell as much. */
const mostDraws = 2e7

type Statistic = (means: readonly number[]) => number

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
  statistic: Statistic,
  options?: BootstrapOptions,
): Estimate {
  return bootstrapAll(columns, [statistic], options)[0]
}

interface BootstrapOptions {
  readonly confidence?: number
  readonly resamples?: number
  readonly seed?: number
}

/** Several statistics from the same draws: each as if it had been asked for alone. */
export function bootstrapAll(
  columns: readonly ArrayLike<number>[],
  statistics: readonly Statistic[],
  { confidence = 0.95, resamples = 1000, seed = 0 }: BootstrapOptions = {},
): readonly Estimate[] {
  const users = columns[0].length
  const means = columns.map((column) => mean(column))
  const rng = createRng(seed).fork('bootstrap')
  const times = Math.max(50, Math.min(resamples, Math.floor(mostDraws / Math.max(1, users))))
  const found = statistics.map((): number[] => [])
  const sums = new Float64Array(columns.length)
  for (let sample = 0; sample < times; sample++) {
    rng.at(sample)
    sums.fill(0)
    for (let n = 0; n < users; n++) {
      const user = rng.int(users)
      for (let c = 0; c < columns.length; c++) sums[c] += columns[c][user]
    }
    const drawn = Array.from(sums, (sum) => sum / users)
    for (const [n, statistic] of statistics.entries()) {
      const value = statistic(drawn)
      if (Number.isFinite(value)) found[n].push(value)
    }
  }
  const tail = (1 - confidence) / 2
  return statistics.map((statistic, n) => {
    const ascending = found[n].sort((a, b) => a - b)
    return { value: statistic(means), low: quantile(ascending, tail), high: quantile(ascending, 1 - tail) }
  })
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
