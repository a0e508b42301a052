import { InputError, type Rng } from '@recdistill/core'
import { below } from './below.ts'
import { clearMarks, createMarks } from './marks.ts'

const marks = createMarks()

/**
 * Distinct numbers of 0 to n - 1, every set equally likely: fills `out` with exactly `out.length` draws.
 * The set is uniform, the order is not (a late place never holds a small share of the range): shuffle if order matters.
 * @throws InputError when `out` has more places than there are numbers.
 * @see Bentley and Floyd, A sample of brilliance, CACM 1987.
 */
export function floydSample(n: number, out: Uint32Array, rng: Rng): void {
  const size = out.length
  if (size > n)
    throw new InputError(`floydSample: expected at most ${n} places for ${n} numbers, got ${size}`)
  const stamp = clearMarks(marks, n)
  const { stamps } = marks
  for (let place = 0; place < size; place++) {
    const last = n - size + place
    const drawn = below(last + 1, rng)
    const kept = stamps[drawn] === stamp ? last : drawn
    stamps[kept] = stamp
    out[place] = kept
  }
}
