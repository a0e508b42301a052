import { fromEmbeddings } from '@recdistill/backbones'
import { createRng, groupByUser, NO_ITEM, sortRows } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listTeacher } from './index.ts'

const engine = createEngine({ threads: 1 })
const [numUsers, numItems, K] = [7, 30, 8]
const all = Uint32Array.from({ length: numUsers }, (_, user) => user)

function worldOf(seed: number) {
  const rng = createRng(seed)
  const numbers = (rows: number) => Float32Array.from({ length: rows * 3 }, () => rng.normal())
  const model = fromEmbeddings(engine, { users: numbers(numUsers), items: numbers(numItems), dim: 3 })
  const seen = Array.from({ length: 25 }, () => [rng.int(numUsers), rng.int(numItems)] as const)
  const exclude = sortRows(
    groupByUser(
      numUsers,
      Uint32Array.from(seen, ([user]) => user),
      Uint32Array.from(seen, ([, item]) => item),
    ),
  )
  const { items, scores } = model.rank(all, K, null)
  const order = Uint32Array.from({ length: numUsers * K }, (_, n) => (n * 37) % (numUsers * K))
  const lists = listTeacher(
    { numUsers, numItems },
    {
      users: order.map((n) => Math.floor(n / K)),
      items: order.map((n) => items[n]),
      scores: Float32Array.from(order, (n) => scores[n]),
    },
  )
  return { model, exclude, lists, items }
}

test('as far as they reach lists agree with the model they were made of, in any order of rows', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { model, lists, items, exclude } = worldOf(seed)
      expect(lists.rank(all, K, null)).toEqual(model.rank(all, K, null))
      expect(lists.scoresOf(all, items, K)).toEqual(model.rank(all, K, null).scores)
      expect(lists.positionsOf(all, items, K, null)).toEqual(model.positionsOf(all, items, K, null))
      const [mine, its] = [lists.rank(all, K, exclude), model.rank(all, K, exclude)]
      for (let n = 0; n < mine.items.length; n++)
        if (mine.items[n] !== NO_ITEM)
          expect([mine.items[n], mine.scores[n]]).toEqual([its.items[n], its.scores[n]])
      expect(lists.longest).toBe(K)
      expect(lists.longestWithout(exclude)).toBe(
        Math.max(
          ...all.map(
            (user) => mine.items.subarray(user * K, (user + 1) * K).filter((i) => i !== NO_ITEM).length,
          ),
        ),
      )
      model.dispose()
    }),
    { numRuns: 30 },
  )
})

test('what is not listed stands behind the list, in order of id, and scores just below', () => {
  const lists = listTeacher(
    { numUsers: 2, numItems: 6 },
    { users: Uint32Array.of(0, 0), items: Uint32Array.of(4, 1), scores: Float32Array.of(0.5, 2) },
  )
  const both = Uint32Array.of(0, 1)
  const every = Uint32Array.of(0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5)
  expect([...lists.positionsOf(both, every, 6, null)]).toEqual([2, 0, 3, 4, 1, 5, 0, 1, 2, 3, 4, 5])
  const scores = lists.scoresOf(both, every, 6)
  expect(scores[0]).toBeLessThan(0.5)
  expect(scores[0]).toBeCloseTo(0.5, 6)
  expect(lists.rank(both, 3, null).items).toEqual(Uint32Array.of(1, 4, NO_ITEM, NO_ITEM, NO_ITEM, NO_ITEM))
})

test('an item that stands twice in a list is refused', () => {
  const twice = { users: Uint32Array.of(0, 0), items: Uint32Array.of(3, 3), scores: Float32Array.of(1, 2) }
  expect(() => listTeacher({ numUsers: 1, numItems: 4 }, twice)).toThrow(
    'user 0 lists item 3 twice; keep one',
  )
})

test.each([
  [{ users: Uint32Array.of(0, 2) }, 'entry 1 is user 2, item 3, score 2; expected one of 2 users'],
  [{ items: Uint32Array.of(4, 1) }, 'entry 0 is user 0, item 4, score 1'],
  [{ scores: Float32Array.of(1, NaN) }, 'entry 1 is user 1, item 3, score NaN'],
  [{ scores: Float32Array.of(1) }, '2 users, 2 items and 1 scores; expected one of each for every entry'],
])('entries that are none of the data are refused: %j', (wrong, says) => {
  const sound = { users: Uint32Array.of(0, 1), items: Uint32Array.of(3, 3), scores: Float32Array.of(1, 2) }
  expect(() => listTeacher({ numUsers: 2, numItems: 4 }, { ...sound, ...wrong })).toThrow(
    `listTeacher: ${says}`,
  )
})
