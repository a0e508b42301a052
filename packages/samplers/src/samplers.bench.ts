import { createRng, type Csr, NO_ITEM } from '@recdistill/core'
import { bench, describe } from 'vitest'
import { drawNegatives, sampleByPosition, sampleByWeight, sampleExcept } from './index.ts'

/** One epoch's draws at the size of CiteULike-t: users 5,219, items 25,181, pairs 98,405. */
const numUsers = 5219
const numItems = 25181
const rng = createRng(1)
const setup = createRng(2) // a list drawn from the stream that drew what it excludes would meet nothing but excluded items
const top = new Uint32Array(numUsers * 500)
const seen: Csr = { offsets: new Uint32Array(numUsers + 1), items: new Uint32Array(98405) }
for (let u = 0; u < numUsers; u++) {
  sampleExcept(numItems, [], top.subarray(u * 500, (u + 1) * 500), setup.at(u))
  seen.offsets[u + 1] = Math.floor(((u + 1) * 98405) / numUsers)
  sampleExcept(numItems, [], seen.items.subarray(seen.offsets[u], seen.offsets[u + 1]).fill(NO_ITEM), rng)
}
const logWeights = Float64Array.from(
  { length: 200 },
  (_, t) => (Math.min(Math.floor((200 - t) / 8), 50) + 1) / 10,
)
const out = { 50: new Uint32Array(50), 100: new Uint32Array(100), 200: new Uint32Array(200) }
const negatives = new Uint32Array(98405)

describe('users 5219, items 25181', () => {
  bench('RRD: 100 of 500 by position (T = 10) and 200 of the rest', () => {
    for (let u = 0; u < numUsers; u++) {
      const candidates = top.subarray(u * 500, (u + 1) * 500)
      sampleByPosition(candidates, 10, out[100], setup.at(u))
      sampleExcept(
        numItems,
        [seen.items.subarray(seen.offsets[u], seen.offsets[u + 1]), candidates],
        out[200],
        rng,
      )
    }
  })
  bench('RRD: 100 of 500 by position, T = 100', () => {
    for (let u = 0; u < numUsers; u++)
      sampleByPosition(top.subarray(u * 500, (u + 1) * 500), 100, out[100], setup.at(u))
  })
  bench('RCE-KD: 50 of 200 by weight', () => {
    for (let u = 0; u < numUsers; u++)
      sampleByWeight(top.subarray(u * 500, u * 500 + 200), logWeights, out[50], setup.at(u))
  })
  bench('one negative for each of 98,405 pairs', () => drawNegatives(seen, numItems, negatives, rng))
})
