import type { Shown } from './shown.ts'

/**
 * How surprising the recommended items are, in bits.
 *
 *     novelty@k = mean over recommended places of -log2(max(1, training users of the item) / |users|)
 *
 * An item that nobody met in training counts as met once, so that the value stays finite. Higher is more novel.
 * @see Zhou et al., PNAS 2010
 */
export function novelty({ counts, popularity, numUsers }: Shown): number {
  let places = 0
  let bits = 0
  for (let item = 0; item < counts.length; item++) {
    if (counts[item] === 0) continue
    places += counts[item]
    bits -= counts[item] * Math.log2(Math.max(1, popularity[item]) / numUsers)
  }
  return places === 0 ? 0 : bits / places
}
