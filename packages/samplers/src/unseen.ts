import { NO_ITEM, type Rng } from '@recdistill/core'
import { below } from './below.ts'

/**
 * Items outside a set, uniform and independent, so one may come twice. Fills all of `out`.
 *
 * The r-th item outside is found by bisection in `seen`, so a user who has seen nearly everything costs no more than others.
 *
 * @param seen Ascending, none twice.
 * @returns How many were drawn: `out.length`, or 0 when nothing is left, and `out` then holds `NO_ITEM`.
 */
export function drawUnseen(numItems: number, seen: Uint32Array, out: Uint32Array, rng: Rng): number {
  const open = numItems - seen.length
  if (open <= 0) {
    out.fill(NO_ITEM)
    return 0
  }
  for (let place = 0; place < out.length; place++) {
    const rank = below(open, rng)
    let low = 0
    let high = seen.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (seen[middle] - middle <= rank) low = middle + 1
      else high = middle
    }
    out[place] = rank + low
  }
  return out.length
}
