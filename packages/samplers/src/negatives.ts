import { type Csr, InputError, type Rng } from '@recdistill/core'
import { below } from './below.ts'
import { clearMarks, createMarks } from './marks.ts'

const marks = createMarks()

/**
 * Unseen items for every training pair: uniform with replacement over the items the pair's user has not seen in
 * training (held-out items can be drawn), by rejection.
 *
 * Pair `p` is place `p` of `seen.items`; its draws come from `rng.at(p)` alone, so neither the order of users nor a
 * division of them among threads changes a negative. Give each epoch its own fork of the stream.
 *
 * @param seen Training positives of each user, in any order within a row.
 * @param out Place `p * perPair + n` receives negative n of pair p. [pairs, perPair]
 * @param users First and past-the-last user to fill; the places of others stay as they are.
 * @throws InputError when a user with pairs has seen the whole catalogue, or `out` has the wrong length.
 * @see Rendle et al., UAI 2009; He et al., SIGIR 2020 (rejection, one negative a pair).
 */
export function drawNegatives(
  seen: Csr,
  numItems: number,
  out: Uint32Array,
  rng: Rng,
  {
    perPair = 1,
    users = [0, seen.offsets.length - 1],
  }: { perPair?: number; users?: readonly [number, number] } = {},
): void {
  const { offsets, items } = seen
  if (out.length !== items.length * perPair)
    throw new InputError(
      `drawNegatives: expected out of ${items.length} pairs x ${perPair} = ${items.length * perPair} places, got ${out.length}`,
    )
  for (let u = users[0]; u < users[1]; u++) {
    const begin = offsets[u]
    const end = offsets[u + 1]
    if (begin === end) continue
    const stamp = clearMarks(marks, numItems)
    const { stamps } = marks
    let distinct = 0
    for (let p = begin; p < end; p++) {
      if (items[p] >= numItems)
        throw new InputError(
          `drawNegatives: user ${u} has item ${items[p]}, the catalogue has ${numItems} items`,
        )
      if (stamps[items[p]] !== stamp) distinct++
      stamps[items[p]] = stamp
    }
    if (distinct === numItems)
      throw new InputError(
        `drawNegatives: user ${u} has seen all ${numItems} items, so no negative exists; drop the user or add items`,
      )
    for (let p = begin; p < end; p++) {
      rng.at(p)
      for (let place = p * perPair; place < (p + 1) * perPair; place++) {
        let item = below(numItems, rng)
        while (stamps[item] === stamp) item = below(numItems, rng)
        out[place] = item
      }
    }
  }
}
