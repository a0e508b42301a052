import { InputError } from '@recdistill/core'

/**
 * p values corrected for having asked several questions (Holm): in ascending order the n-th of m is multiplied by
 * m - n + 1, and none is smaller than the one before it. In the order of the input.
 *
 * @throws InputError for a value outside 0 to 1.
 * @see Holm, Scandinavian Journal of Statistics 1979
 */
export function holm(ps: readonly number[]): number[] {
  for (const p of ps)
    if (!(p >= 0 && p <= 1)) throw new InputError(`holm: expected p values of 0 to 1, got ${p}`)
  const order = [...ps.keys()].sort((x, y) => ps[x] - ps[y])
  const out = ps.slice()
  let least = 0
  order.forEach((at, n) => {
    least = Math.max(least, Math.min(1, ps[at] * (ps.length - n)))
    out[at] = least
  })
  return out
}
