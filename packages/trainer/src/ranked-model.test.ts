import type { Model } from '@recdistill/plugin'
import { expect, test } from 'vitest'
import { RankedModel } from './ranked-model.ts'

const numUsers = 6
const numItems = 5
const train = { offsets: new Uint32Array(numUsers + 1), items: new Uint32Array(0) }

/** Scores item i for user u with (u + i) mod 5; counts how often it is asked to rank. */
function rotating() {
  const asked = { ranks: 0 }
  const score = (user: number, item: number) => (user + item) % numItems
  const model = {
    numUsers,
    numItems,
    dim: 0,
    rank(users: Uint32Array, k: number) {
      asked.ranks++
      const items = [...users].flatMap((user) =>
        [0, 1, 2, 3, 4].sort((a, b) => score(user, b) - score(user, a)).slice(0, k),
      )
      return { items: Uint32Array.from(items) }
    },
    scoresOf: (users: Uint32Array, items: Uint32Array, k: number) =>
      Float32Array.from(items, (item, n) => score(users[Math.floor(n / k)], item)),
  } as unknown as Model
  return { asked, model }
}

test.each([3, 5, 3000])('a block of users is ranked once for all of them, asked for %d of 5 items', (k) => {
  const { asked, model } = rotating()
  const ranked = new RankedModel(model, train, { frozen: true, wholeList: () => null })
  for (let user = 0; user < numUsers; user++) {
    ranked.select(user)
    expect(ranked.top(k)).toHaveLength(Math.min(k, numItems))
    expect(ranked.top(k)[0]).toBe((2 * numItems - 1 - user) % numItems)
  }
  expect(asked.ranks).toBe(1)
})
