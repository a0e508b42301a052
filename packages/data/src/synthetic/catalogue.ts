import type { Rng } from '@recdistill/core'

/** Items by taste and by fashion, each with a long tail. */
export interface Catalogue {
  /** The first fine taste of each item; fine taste t is of the coarse taste floor(t / subgroups). */
  readonly tastes: Uint32Array
  ofTaste(taste: number, rng: Rng): number
  fashionable(rng: Rng): number
}

/**
 * Every item has one fine taste, a third of them a second one of the same coarse taste. Within a taste and over the catalogue the
 * item at place r is drawn with probability proportional to (r + 1)^-zipf. Places are drawn, so ids say nothing.
 */
export function createCatalogue(
  { items, groups, subgroups, zipf }: { items: number; groups: number; subgroups: number; zipf: number },
  rng: Rng,
): Catalogue {
  const tastes = groups * subgroups
  const order = Uint32Array.from({ length: items }, (_, n) => n)
  rng.fork('order').shuffle(order)
  const first = new Uint32Array(items)
  const second = new Int32Array(items).fill(-1)
  const draws = rng.fork('tastes')
  for (let item = 0; item < items; item++) {
    draws.at(item)
    first[item] = draws.int(tastes)
    if (draws.float() < 1 / 3)
      second[item] = Math.floor(first[item] / subgroups) * subgroups + draws.int(subgroups)
  }
  const members: number[][] = Array.from({ length: tastes }, () => [])
  for (const item of order) {
    members[first[item]].push(item)
    if (second[item] >= 0 && second[item] !== first[item]) members[second[item]].push(item)
  }
  const lists = members.map((list, taste) =>
    // A taste that got nothing borrows one item, so that every taste can be drawn from.
    list.length > 0 ? Uint32Array.from(list) : Uint32Array.of(order[taste % items]),
  )
  const longest = Math.max(items, ...lists.map((list) => list.length))
  const cumulative = new Float64Array(longest + 1)
  for (let r = 0; r < longest; r++) cumulative[r + 1] = cumulative[r] + (r + 1) ** -zipf
  // One more shuffle for fashion: what is in fashion is not what heads the tastes.
  const fashion = order.slice()
  rng.fork('fashion').shuffle(fashion)
  return {
    tastes: first,
    ofTaste: (taste, stream) => drawByPlace(lists[taste], cumulative, stream),
    fashionable: (stream) => drawByPlace(fashion, cumulative, stream),
  }
}

/** Inverse of the cumulative weights by bisection. */
function drawByPlace(list: Uint32Array, cumulative: Float64Array, rng: Rng): number {
  const at = rng.float() * cumulative[list.length]
  let low = 0
  let high = list.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (cumulative[middle + 1] <= at) low = middle + 1
    else high = middle
  }
  return list[low]
}
