import { InputError, NO_ITEM } from '@recdistill/core'
import { describe, expect, test } from 'vitest'
import {
  evaluateRankings,
  protocols,
  rankerFromRankings,
  resolveProtocol,
  splitFromLists,
} from '../src/index.ts'

const protocol = resolveProtocol('strict', { ks: [2], select: 'ndcg@2' })
const split = splitFromLists({ train: [[0], [1, 2, 3]], test: [[1, 2], [0]], numItems: 5 })

test('rows, maps and flat arrays are the same lists', () => {
  const rows = [
    [1, 3],
    [4, 0],
  ]
  const fromRows = evaluateRankings(rows, split, protocol)
  expect(fromRows.means).toMatchObject({ 'recall@2': (1 / 2 + 1) / 2, 'mrr@2': (1 + 1 / 2) / 2 })
  const map = new Map(rows.map((items, user) => [user, items]))
  expect(evaluateRankings(map, split, protocol)).toEqual(fromRows)
  const typed = rows.map((row) => Uint32Array.from(row))
  expect(evaluateRankings(typed, split, protocol)).toEqual(fromRows)
  expect(evaluateRankings({ users: [1, 0], k: 2, items: [4, 0, 1, 3] }, split, protocol)).toEqual(fromRows)
})

test('ids as the source spelled them', () => {
  const named = splitFromLists({
    train: new Map([
      ['ann', ['emma']],
      ['bob', ['ulysses', 'persuasion']],
    ]),
    test: new Map([['ann', ['persuasion']]]),
  })
  expect(named.ids).toEqual({ users: ['ann', 'bob'], items: ['emma', 'ulysses', 'persuasion'] })
  const lists = new Map([['ann', ['ulysses', 'persuasion']]])
  expect(evaluateRankings(lists, named, protocol).means['mrr@2']).toBe(1 / 2)
  expect(() => evaluateRankings(new Map([['eve', ['emma']]]), named, protocol)).toThrow(
    /user "eve" is not in the split/,
  )
  expect(() => evaluateRankings(new Map([['ann', ['dune']]]), named, protocol)).toThrow(
    /item "dune" is not in/,
  )
})

test('what is masked is left out and the rest moves up', () => {
  const ranker = rankerFromRankings([
    [0, 3, 1, 2],
    [0, 4, 1, 2],
  ])
  const { items } = ranker.rank(Uint32Array.of(0, 1), 2, split.train)
  expect([...items]).toEqual([3, 1, 0, 4])
})

test('a shorter list ends; a full one that masking shortens is an error unless it is the whole catalogue', () => {
  const [ended, full] = [[3], [3, 4]]
  const { items, scores } = rankerFromRankings([ended, full]).rank(Uint32Array.of(0, 1), 2, null)
  expect([...items]).toEqual([3, NO_ITEM, 3, 4])
  expect(scores[1]).toBe(-Infinity)
  expect(scores[2]).toBeGreaterThan(scores[3])
  expect(() =>
    evaluateRankings(
      [
        [0, 1],
        [4, 0],
      ],
      split,
      protocol,
    ),
  ).toThrow(/1 are masked and 1 are left of 2/)
  const whole = [
    [0, 1, 2, 3, 4],
    [4, 1, 2, 3, 0],
  ]
  const deep = resolveProtocol('strict', { ks: [4], select: 'ndcg@4' })
  expect(evaluateRankings(whole, split, deep).perUser['mrr@4'][1]).toBe(1 / 2)
})

test('users without a list: an error, or 0 when asked', () => {
  const only = new Map([[1, [0, 4]]])
  expect(() => evaluateRankings(only, split, protocol)).toThrow(/no list for user 0, who has truth/)
  const named = { ...split, ids: { users: ['ann', 'bob'], items: [] } }
  expect(() => evaluateRankings(only, named, protocol)).toThrow(/no list for user "ann".* \(--missing empty/)
  expect(evaluateRankings(only, split, protocol, { missing: 'empty' }).means['hr@2']).toBe(1 / 2)
  // A list for somebody without truth is no harm.
  const more = splitFromLists({ train: [[0], [1], [2]], test: [[1]], numUsers: 3 })
  expect(
    evaluateRankings(
      [
        [1, 2],
        [0, 2],
        [0, 1],
      ],
      more,
      protocol,
    ).averagedOver,
  ).toBe(1)
})

test('validation can be measured too', () => {
  const three = splitFromLists({ train: [[0], [1]], valid: [[1]], test: [[2]], numItems: 4 })
  expect(
    evaluateRankings(
      [
        [1, 2],
        [0, 2],
      ],
      three,
      protocol,
      { part: 'valid' },
    ).means['mrr@2'],
  ).toBe(0 + 1)
})

test('what is wrong with the list of a user is said with the name the source has for it', () => {
  const named = splitFromLists({
    train: new Map([
      ['ann', ['emma', 'dune']],
      ['bob', ['persuasion']],
    ]),
    test: new Map([['ann', ['persuasion']]]),
  })
  const measure = (items: string[]) => evaluateRankings(new Map([['ann', items]]), named, protocol)
  expect(() => measure(['emma', 'emma'])).toThrow('the list of user "ann" holds an item twice')
  expect(() => measure(['emma', 'dune'])).toThrow('of user "ann"\'s 2 items 2 are masked and 0 are left of 2')
})

describe('malformed lists', () => {
  const cases: [string, () => unknown, RegExp][] = [
    [
      'an item twice',
      () =>
        evaluateRankings(
          [
            [1, 1],
            [0, 4],
          ],
          split,
          protocol,
        ),
      /user 0 holds an item twice/,
    ],
    [
      'an item outside',
      () =>
        evaluateRankings(
          [
            [1, 5],
            [0, 4],
          ],
          split,
          protocol,
        ),
      /item 5 of user 0 is outside the catalogue of 5/,
    ],
    [
      'a fraction',
      () =>
        evaluateRankings(
          [
            [1, 1.5],
            [0, 4],
          ],
          split,
          protocol,
        ),
      /whole number/,
    ],
    [
      'a negative id',
      () =>
        evaluateRankings(
          [
            [1, -1],
            [0, 4],
          ],
          split,
          protocol,
        ),
      /whole number/,
    ],
    [
      'NaN',
      () =>
        evaluateRankings(
          [
            [1, NaN],
            [0, 4],
          ],
          split,
          protocol,
        ),
      /whole number/,
    ],
    [
      'too many users',
      () =>
        evaluateRankings(
          [
            [1, 2],
            [0, 4],
            [0, 1],
          ],
          split,
          protocol,
        ),
      /user 2 is outside the split's 2 users/,
    ],
    [
      'lists shorter than the cut-off',
      () => evaluateRankings([[1], [0]], split, protocol),
      /hold 1 items but 2 are needed/,
    ],
    ['no lists', () => evaluateRankings([], split, protocol), /no list holds an item, and 2 are needed/],
    [
      'a plain object',
      () => evaluateRankings({ 0: [1, 2], 1: [0, 4] } as never, split, protocol),
      /rankings: expected rows or a Map .* got an object \(Object\); .*Object\.entries/,
    ],
    [
      'a user whose list is none',
      () => evaluateRankings(new Map([[0, null]]) as never, split, protocol),
      /rankings: expected an array of items for user 0, got null/,
    ],
    [
      'a set, which is no order',
      () => evaluateRankings([new Set([1, 2]), new Set([0, 4])] as never, split, protocol),
      /for user 0, got an object \(Set\)/,
    ],
    [
      'strings against dense ids',
      () => evaluateRankings(new Map([['0', [1, 2]]]), split, protocol),
      /give numbers/,
    ],
    [
      'flat of k = 0',
      () => evaluateRankings({ users: [], k: 0, items: [] }, split, protocol),
      /k: expected an integer >= 1/,
    ],
    [
      'flat of a wrong length',
      () => evaluateRankings({ users: [0, 1], k: 2, items: [1, 2, 3] }, split, protocol),
      /need 4 items, got 3/,
    ],
    [
      'flat with a user twice',
      () => evaluateRankings({ users: [0, 0], k: 1, items: [1, 2] }, split, protocol),
      /user 0 has two lists/,
    ],
    [
      'sampled candidates',
      () =>
        evaluateRankings(
          [
            [1, 2],
            [0, 4],
          ],
          split,
          protocols['loo-499'],
        ),
      /rankings only/,
    ],
    [
      'another rule for users without a list',
      () => rankerFromRankings([[1]], { missing: 'ignore' as never }),
      /rankings\.missing: expected "error" or "empty", got "ignore"/,
    ],
  ]
  test.each(cases)('%s', (_, run, message) => {
    expect(run).toThrow(InputError)
    expect(run).toThrow(message)
  })
})
