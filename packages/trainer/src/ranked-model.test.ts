import { NO_ITEM, NumericError } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import { expect, test } from 'vitest'
import { catalogueScores } from './catalogue-scores.ts'
import { RankedModel } from './ranked-model.ts'

const numUsers = 6
const numItems = 5
const train = { offsets: new Uint32Array(numUsers + 1), items: new Uint32Array(0) }

/** Scores item i for user u with (u + i) mod 5; counts how often it is asked to rank, and for whom to score. */
function rotating() {
  const asked = { ranks: 0, scored: [] as number[][] }
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
    scoresOf(users: Uint32Array, items: Uint32Array, k: number) {
      asked.scored.push([...users])
      return Float32Array.from(items, (item, n) => score(users[Math.floor(n / k)], item))
    },
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

test('users who ask for ever more of a ranking have it made a few times, not once each', () => {
  const { model } = rotating()
  const widths: number[] = []
  const rank: Model['rank'] = (users, k) =>
    (widths.push(k), { items: new Uint32Array(users.length * k) }) as never
  const ranked = new RankedModel({ ...model, numItems: 100, rank }, train, {
    frozen: true,
    wholeList: () => null,
  })
  for (let k = 10; k <= 100; k++) expect(ranked.top(k)).toHaveLength(k)
  expect(widths).toEqual([10, 20, 40, 80, 100])
})

test('the first none of a ranking are none', () => {
  const { model } = rotating()
  const rank: Model['rank'] = (users, k, exclude) => {
    if (!(k >= 1 && users.length > 0)) throw new Error(`rank: ${k} items of ${users.length} users`)
    return model.rank(users, k, exclude)
  }
  const ranked = new RankedModel({ ...model, rank }, train, { frozen: true, wholeList: () => null })
  ranked.select(2)
  expect([...ranked.top(0)]).toEqual([])
  expect([...ranked.top(2)]).toEqual([2, 1])
})

test.each([true, false])('items at positions of a model without vectors, frozen: %s', (frozen) => {
  const { asked, model } = rotating()
  let calls = 0
  const itemsAt: Model['itemsAt'] = (users, positions) => {
    calls++
    return positions.map((at) => (2 * numItems - 1 - users[0] - at) % numItems)
  }
  const ranked = new RankedModel({ ...model, itemsAt }, train, { frozen, wholeList: () => null })
  for (let round = 0; round < 2; round++) {
    ranked.beginRound()
    for (let user = 0; user < numUsers; user++) {
      ranked.select(user)
      expect([...ranked.at(Uint32Array.of(3, 0))]).toEqual([(11 - user) % 5, (9 - user) % 5])
    }
  }
  // what was ranked once is kept; a model that learns is asked for what is wanted alone
  expect([asked.ranks, calls]).toEqual(frozen ? [1, 0] : [0, 2 * numUsers])
})

test('scores of the whole catalogue are made for a block of users at once, and anew in the next round', () => {
  const { asked, model } = rotating()
  const ranked = new RankedModel(model, train, { frozen: false, wholeList: () => null })
  const catalogue = Uint32Array.of(0, 1, 2, 3, 4)
  for (const round of [1, 2]) {
    ranked.beginRound()
    for (let user = 0; user < numUsers; user++) {
      ranked.select(user)
      expect([...ranked.scoresOf(catalogue)]).toEqual([0, 1, 2, 3, 4].map((item) => (user + item) % numItems))
    }
    expect(asked.scored).toHaveLength(round)
  }
  // in another order they are items like any others
  ranked.select(2)
  expect([...ranked.scoresOf(catalogue.toReversed())]).toEqual([1, 0, 4, 3, 2])
  expect(asked.scored.at(-1)).toEqual([2])
})

test('questions about a declared list are asked for the users of a round', () => {
  const { asked, model } = rotating()
  const list = { items: Uint32Array.from({ length: 2 * numUsers }, (_, n) => n % numItems), size: 2 }
  const ranked = new RankedModel(model, train, { frozen: true, wholeList: () => list })
  ranked.beginRound(4)
  const scores = Array.from({ length: numUsers }, (_, user) => {
    ranked.select(user)
    return [...ranked.scoresOf(list.items.subarray(2 * user, 2 * user + 2))]
  })
  expect(scores).toEqual([[0, 1], [3, 4], [1, 2], [4, 0], [2, 3], [0, 1]]) // prettier-ignore
  expect(asked.scored).toEqual([
    [0, 1, 2, 3],
    [4, 5],
  ])
})

test('a catalogue that does not fit a cache is scored piece by piece, with the same numbers', () => {
  const lengths: number[] = []
  const model = {
    numItems: 150,
    dim: 2 ** 15,
    scoresOf(users: Uint32Array, items: Uint32Array, k: number) {
      lengths.push(k)
      return Float32Array.from(items, (item, n) => 1000 * users[Math.floor(n / k)] + item)
    },
  } as unknown as Model
  const scores = catalogueScores(model, Uint32Array.of(3, 1))
  expect(lengths).toEqual([64, 64, 22])
  expect([...scores]).toEqual(
    [3, 1].flatMap((user) => Array.from({ length: 150 }, (_, item) => 1000 * user + item)),
  )
})

test('a score that is NaN is an error that names user and item, alone, in a list and in the catalogue', () => {
  const { model } = rotating()
  const scoresOf: Model['scoresOf'] = (users, items, k) =>
    model
      .scoresOf(users, items, k)
      .map((score, n) =>
        items[n] === NO_ITEM || (users[Math.floor(n / k)] === 4 && items[n] === 2) ? NaN : score,
      )
  const list = {
    items: Uint32Array.from({ length: numUsers * 2 }, (_, n) => (n % 2 === 0 ? 2 : NO_ITEM)),
    size: 2,
  }
  const drawn = (whole: typeof list | null) =>
    new RankedModel({ ...model, scoresOf }, train, { frozen: true, wholeList: () => whole })
  const alone = drawn(null)
  alone.select(3)
  expect([...alone.scoresOf(Uint32Array.of(2))]).toEqual([0])
  alone.select(4)
  const whole = drawn(list)
  whole.select(0)
  for (const ask of [
    () => alone.scoresOf(Uint32Array.of(1, 2)),
    () => whole.scoresOf(list.items.subarray(0, 2)),
    () => whole.scoresOfList({ first: 3, count: 2 }, list),
    () => alone.scoresOf(Uint32Array.of(0, 1, 2, 3, 4)),
  ]) {
    expect(ask).toThrow(NumericError)
    expect(ask).toThrow('scores item 2 for user 4 as NaN; expected a number')
  }
  expect([...whole.scoresOfList({ first: 3, count: 1 }, list)]).toEqual([0, NaN]) // padding has no score
})
