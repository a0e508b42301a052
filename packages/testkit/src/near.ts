import { tf } from '@recdistill/tensor'

export type Numbers = number | ArrayLike<number> | ArrayLike<ArrayLike<number>> | tf.Tensor

export interface Near {
  readonly rel?: number
  readonly abs?: number
}

/** The numbers of a number, list, list of lists or tensor, in row-major order. */
export function numbersOf(values: Numbers): number[] {
  if (typeof values === 'number') return [values]
  if (values instanceof tf.Tensor) return Array.from(values.dataSync())
  return Array.from<number | ArrayLike<number>>(values as ArrayLike<number | ArrayLike<number>>).flatMap(
    numbersOf,
  )
}

/** Null when all numbers are near, else one line about the worst. NaN is near NaN alone, infinity near itself. */
export function compareNear(
  received: Numbers,
  expected: Numbers,
  { rel = 1e-5, abs = 1e-7 }: Near,
): string | null {
  const got = numbersOf(received)
  const wanted = numbersOf(expected)
  if (got.length !== wanted.length) return `expected ${wanted.length} numbers, got ${got.length}`
  let worst = -1
  let worstExcess = 1
  for (let n = 0; n < got.length; n++) {
    if (Object.is(got[n], wanted[n]) || got[n] === wanted[n]) continue
    const allowed = abs + rel * Math.abs(wanted[n])
    const excess = Math.abs(got[n] - wanted[n]) / allowed
    if (excess <= worstExcess) continue
    worst = n
    worstExcess = Number.isFinite(excess) ? excess : Infinity
    if (worstExcess === Infinity) break
  }
  if (worst < 0) return null
  return `number ${worst} of ${got.length}: expected ${wanted[worst]}, got ${got[worst]} (rel ${rel}, abs ${abs})`
}
