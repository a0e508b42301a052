import { differences, meanOf } from './differences.ts'
import { incompleteBeta } from './special-functions.ts'

export interface TTest {
  readonly statistic: number
  readonly df: number
  /** Two-sided. */
  readonly p: number
  /** Mean of a - b. */
  readonly difference: number
}

/**
 * Student's paired t-test, two-sided: whether the mean of `a - b` differs from 0.
 *
 *     t = mean(d) / (sd(d) / sqrt(n)),  sd with n - 1,  n - 1 degrees of freedom
 *
 * Pair by seed or by user. Differences that are all the same and not 0 give an infinite statistic and p = 0.
 * p is right to about 1e-7 of itself.
 *
 * @throws InputError for fewer than two pairs, unequal lengths or values that are not finite.
 * @see Student, Biometrika 1908
 */
export function pairedTTest(a: ArrayLike<number>, b: ArrayLike<number>): TTest {
  const d = differences('pairedTTest', a, b, 2)
  const n = d.length
  const difference = meanOf(d)
  let squares = 0
  for (const value of d) squares += (value - difference) ** 2
  const error = Math.sqrt(squares / (n - 1) / n)
  const df = n - 1
  if (difference === 0) return { statistic: 0, df, p: 1, difference }
  // Equal differences leave rounding alone in the variance.
  if (error <= Math.abs(difference) * 1e-14)
    return { statistic: difference > 0 ? Infinity : -Infinity, df, p: 0, difference }
  const statistic = difference / error
  return { statistic, df, p: incompleteBeta(df / (df + statistic ** 2), df / 2, 0.5), difference }
}
