import { InputError } from '@recdistill/core'

/** No group: an item nobody has. */
export const NO_GROUP = 0xffffffff

export interface PopularityGroups {
  /** Items of each group, most popular first. Groups are in falling order of popularity. */
  readonly groups: readonly Uint32Array[]
  /** Group of each item, or `NO_GROUP`. [items] */
  readonly groupOf: Uint32Array
}

/**
 * Divides items into about `count` groups of similar popularity and equally many interactions.
 *
 * Items by falling count (ties: smaller item first) join the open group while its interactions do not exceed
 * total / count; an item that would make them exceed it closes the group and opens the next. Items left at the end form a
 * group if they have more than total / (2 count) interactions, and join the last one otherwise. So the number of
 * groups can differ from `count`, and an item more popular than a group is one by itself. Items without interactions are in none.
 *
 * @param counts Interactions of each item. [items]
 * @throws InputError when `count` is not a whole number above 0.
 * @see Chen et al., Unbiased Knowledge Distillation for Recommendation, WSDM 2023.
 */
export function popularityGroups(counts: ArrayLike<number>, count: number): PopularityGroups {
  if (!Number.isInteger(count) || count < 1)
    throw new InputError(`popularityGroups: expected a number of groups of at least 1, got ${count}`)
  const order = Uint32Array.from({ length: counts.length }, (_, item) => item)
    .filter((item) => counts[item] > 0)
    .sort((a, b) => counts[b] - counts[a] || a - b)
  const total = order.reduce((sum, item) => sum + counts[item], 0)
  const starts: number[] = []
  let held = Infinity
  order.forEach((item, place) => {
    if (held + counts[item] > total / count) {
      starts.push(place)
      held = 0
    }
    held += counts[item]
  })
  if (starts.length > 1 && held <= total / (2 * count)) starts.pop()
  const groups = starts.map((start, g) => order.subarray(start, starts[g + 1]))
  const groupOf = new Uint32Array(counts.length).fill(NO_GROUP)
  groups.forEach((items, g) => {
    for (const item of items) groupOf[item] = g
  })
  return { groups, groupOf }
}

/**
 * How many of `size` draws each group gets: the less popular its items are, the more, unless `exponent` is 0, when all get equally many.
 *
 *     a_g = mean count of the group's items        f_g = max a + min a - a_g
 *     v_g = max(0.1, f_g / sum f, rounded to 2 decimals) ^ exponent, divided by their sum        n_g = round(v_g size)
 *
 * Too few in sum: the first groups get one more each. Too many stay. Halves round to the even number, as in the released Python.
 */
export function groupQuotas(
  groups: readonly Uint32Array[],
  counts: ArrayLike<number>,
  { size, exponent }: { readonly size: number; readonly exponent: number },
): number[] {
  const means = groups.map((items) => items.reduce((sum, item) => sum + counts[item], 0) / items.length)
  const flipped = means.map((mean) => Math.max(...means) + Math.min(...means) - mean)
  const shares = shareOf(flipped).map((share) => Math.max(0.1, roundHalfToEven(share * 100) / 100))
  const quotas = shareOf(shares.map((share) => share ** exponent)).map((v) => roundHalfToEven(v * size))
  const missing = size - quotas.reduce((a, b) => a + b, 0)
  return quotas.map((quota, g) => quota + (g < missing ? 1 : 0))
}

function shareOf(values: readonly number[]): number[] {
  const sum = values.reduce((a, b) => a + b, 0)
  return values.map((value) => value / sum)
}

function roundHalfToEven(x: number): number {
  const down = Math.floor(x)
  if (x - down !== 0.5) return Math.round(x)
  return down % 2 === 0 ? down : down + 1
}
