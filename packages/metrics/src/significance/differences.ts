import { InputError } from '@recdistill/core'

/** a - b pair by pair. Throws InputError when they do not pair up, are fewer than `least`, or are not finite. */
export function differences(
  who: string,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  least: number,
): Float64Array {
  if (a.length !== b.length)
    throw new InputError(
      `${who}: a has ${a.length} values but b has ${b.length}; give both in the same order of pairs`,
    )
  if (a.length < least) throw new InputError(`${who}: expected ${least} pairs or more, got ${a.length}`)
  const out = new Float64Array(a.length)
  for (let n = 0; n < out.length; n++) {
    out[n] = a[n] - b[n]
    if (!Number.isFinite(out[n]))
      throw new InputError(`${who}: pair ${n} is ${a[n]} and ${b[n]}; both must be finite`)
  }
  return out
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let n = 0; n < values.length; n++) sum += values[n]
  return sum / values.length
}
