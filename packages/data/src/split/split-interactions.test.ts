import { createRng, rowOf, type Csr } from '@recdistill/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterInteractions } from '../filter/filter-interactions.ts'
import { heldCuts, lastCuts, ratioCuts } from './assign-parts.ts'
import { formatSplitRule, parseSplitRule, splitRuleForms } from './parse-split-rule.ts'
import type { SplitRule } from './rule.ts'
import { splitInteractions, type Splittable } from './split-interactions.ts'

/** Users with lists of distinct items, in a shuffled file order, with a time for each. */
function world(seed: number, users = 12, items = 40): Splittable {
  const rng = createRng(seed)
  const pairs: [number, number, number][] = []
  for (let u = 0; u < users; u++) {
    const list = Uint32Array.from({ length: items }, (_, i) => i)
    rng.shuffle(list)
    for (const item of list.subarray(0, 1 + rng.int(15))) pairs.push([u, item, rng.int(1000)])
  }
  return {
    numUsers: users,
    numItems: items,
    users: Uint32Array.from(pairs, ([u]) => u),
    items: Uint32Array.from(pairs, ([, i]) => i),
    times: Float64Array.from(pairs, ([, , t]) => t),
  }
}

const lists = (csr: Csr) => Array.from({ length: csr.offsets.length - 1 }, (_, u) => [...rowOf(csr, u)])

test('the ratio rule of spec 6.1: a = max(floor(8m/10), 1), b = floor(9m/10)', () => {
  const cuts = ratioCuts([0.8, 0.1, 0.1])
  for (let m = 2; m < 3000; m++)
    expect(cuts(m)).toEqual([Math.max(Math.floor((8 * m) / 10), 1), Math.max(Math.floor((9 * m) / 10), 1)])
  expect(cuts(1)).toEqual([1, 1])
  expect(ratioCuts([0.7, 0.2, 0.1])(10)).toEqual([7, 9]) // 0.7 + 0.2 is below 0.9 in floating point
})

test('the ratio rule of HetComp, spec 6.6: a fifth, rounded down, for test and for validation', () => {
  const cuts = ratioCuts([0.6, 0.2, 0.2], 'train')
  for (let m = 1; m < 3000; m++) expect(cuts(m)).toEqual([m - 2 * Math.floor(m / 5), m - Math.floor(m / 5)])
  expect([6, 9].map((m) => ratioCuts([0.6, 0.2, 0.2])(m))).not.toEqual([6, 9].map((m) => cuts(m)))
  expect([1, 2, 3].map((m) => ratioCuts([0, 0.5, 0.5], 'train')(m))).toEqual([
    [1, 1],
    [1, 1],
    [1, 2],
  ])
})

test('leave-last keeps one for training and serves test before valid', () => {
  expect([1, 2, 3, 4].map(lastCuts(1))).toEqual([
    [1, 1],
    [1, 1],
    [1, 2],
    [2, 3],
  ])
  expect(lastCuts(2)(4)).toEqual([1, 2])
})

test('file order, one user by hand', () => {
  const interactions = {
    numUsers: 1,
    numItems: 9,
    users: new Uint32Array(5),
    items: Uint32Array.of(8, 3, 5, 1, 4),
    times: Float64Array.of(5, 4, 3, 2, 1),
  }
  const file = splitInteractions(interactions, parseSplitRule('ratio:0.6,0.2,0.2:file'))
  expect([lists(file.train), lists(file.valid), lists(file.test)]).toEqual([[[3, 5, 8]], [[1]], [[4]]])
  expect(lists(file.trainSequence)).toEqual([[5, 3, 8]]) // by time
  const time = splitInteractions(interactions, parseSplitRule('ratio:0.6,0.2,0.2:time'))
  expect([lists(time.train), lists(time.valid), lists(time.test)]).toEqual([[[1, 4, 5]], [[3]], [[8]]])
  const loo = splitInteractions(interactions, parseSplitRule('loo'))
  expect([lists(loo.valid), lists(loo.test)]).toEqual([[[3]], [[8]]])
})

test('a moment for everyone: nothing at the cut stands before it', () => {
  const interactions = {
    numUsers: 2,
    numItems: 4,
    users: Uint32Array.of(0, 0, 1, 1, 0),
    items: Uint32Array.of(0, 1, 0, 2, 3),
    times: Float64Array.of(1, 2, 2, 3, 4),
  }
  const split = splitInteractions(interactions, { rule: 'time', by: 'share', cuts: [0.4, 0.8] })
  // Moments 2 and 4: two of the five are at moment 2, so both go to valid.
  expect([lists(split.train), lists(split.valid), lists(split.test)]).toEqual([
    [[0], []],
    [[1], [0, 2]],
    [[3], []],
  ])
  expect(split.facts.time).toMatchObject({ usersAhead: 0, testBeforeTrain: 0, trainAfterTest: 0 })
})

describe.each([
  'ratio:0.8,0.1,0.1:random',
  'ratio:0.5,0.3,0.2:file',
  'ratio:0.8,0.2,0:time',
  'loo:random',
  'loo:last',
  'last:2',
  'time:0.6,0.8',
  'groups:0.2,0.3',
])('%s', (text) => {
  const rule = parseSplitRule(text)

  test('train, valid and test together are the input, nothing twice', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const input = world(seed)
        const split = splitInteractions(input, rule, { seed })
        const given = Array.from(input.users, (u, n) => `${u} ${input.items[n]}`).sort()
        const made = [split.train, split.valid, split.test]
          .flatMap((part) => lists(part).flatMap((row, u) => row.map((item) => `${u} ${item}`)))
          .sort()
        expect(made).toEqual(given)
        for (const part of [split.train, split.valid, split.test])
          for (const row of lists(part)) expect(row).toEqual([...row].sort((a, b) => a - b))
        expect(lists(split.trainSequence).map((row) => [...row].sort((a, b) => a - b))).toEqual(
          lists(split.train),
        )
      }),
      { numRuns: 20, seed: 1 },
    )
  })

  test('the same seed gives the same hash, another seed another where the rule draws', () => {
    const hash = (seed: number) => splitInteractions(world(1), rule, { seed }).manifest
    expect(hash(5)).toEqual(hash(5))
    const random = text.endsWith('random') || text.startsWith('groups')
    expect(hash(5).hash === hash(6).hash).toBe(!random)
    expect(hash(5).seed).toBe(random ? 5 : null)
  })
})

test('a random split is the same whatever the order of the file', () => {
  const input = world(3)
  const order = Uint32Array.from(input.users, (_, n) => n)
  createRng(9).shuffle(order)
  const shuffled = {
    ...input,
    users: order.map((n) => input.users[n]),
    items: order.map((n) => input.items[n]),
    times: Float64Array.from(order, (n) => input.times![n]),
  }
  const rule = parseSplitRule('ratio:0.8,0.1,0.1:random')
  expect(splitInteractions(shuffled, rule).manifest.hash).toBe(splitInteractions(input, rule).manifest.hash)
})

test('given parts stay as they are, and a share of training can become validation', () => {
  const input = { ...world(4), parts: Uint8Array.from(world(4).users, (_, n) => (n % 4 === 0 ? 2 : 0)) }
  const given = splitInteractions(input, parseSplitRule('files'))
  const shared = splitInteractions(input, parseSplitRule('files:0.25'))
  expect(given.valid.items.length).toBe(0)
  expect(shared.test).toEqual(given.test)
  for (const [u, row] of lists(given.train).entries())
    expect(shared.valid.offsets[u + 1] - shared.valid.offsets[u]).toBe(
      Math.max(0, Math.min(Math.floor(row.length / 4), row.length - 1)),
    )
})

test('the groups of UnKD: a fifth of each list, rounded up, is held out, for validation of a fifth of the users', () => {
  const cuts = heldCuts(0.2)
  for (let m = 2; m < 3000; m++) expect(cuts(m)).toEqual([m - Math.ceil(m / 5), m - Math.ceil(m / 5)])
  expect(cuts(1)).toEqual([1, 1])
  const split = splitInteractions(world(2, 40), parseSplitRule('groups:0.2,0.2'), { seed: 3 })
  const held = (part: Csr) => lists(part).filter((row) => row.length > 0).length
  const tested = lists(split.test)
  const trained = lists(split.train)
  lists(split.valid).forEach((row, u) => {
    expect(row.length * tested[u].length).toBe(0)
    const m = trained[u].length + row.length + tested[u].length
    expect(row.length + tested[u].length).toBe(Math.min(m - 1, Math.ceil(m / 5)))
  })
  const alone = trained.filter((row, u) => row.length === 1 && tested[u].length === 0).length // may be of either group
  expect(held(split.valid)).toBeLessThanOrEqual(8)
  expect(held(split.valid)).toBeGreaterThanOrEqual(8 - alone)
})

test('a repeated pair is refused', () => {
  const input = { numUsers: 1, numItems: 2, users: new Uint32Array(3), items: Uint32Array.of(0, 1, 0) }
  expect(() => splitInteractions(input, parseSplitRule('loo'))).toThrow(/item 0 twice.*duplicates/)
})

test('every compact form reads, and writes itself back', () => {
  for (const form of splitRuleForms) {
    const rule = parseSplitRule(form.replace(/\[:([^\]|]+)[^\]]*\]/, ':$1'))
    expect(parseSplitRule(formatSplitRule(rule))).toEqual(rule)
  }
  for (const rule of [
    { rule: 'ratio', ratios: [0.6, 0.2, 0.2], order: 'random', rest: 'train' },
    { rule: 'leave-last', n: 1, order: 'last', validLast: true },
  ] as const)
    expect(() => formatSplitRule(rule as SplitRule)).toThrow('has no compact form')
})

test('dates of a rule are of UTC in every time zone, and days that there are', () => {
  const cuts = (first: string) => parseSplitRule(`time:${first},2020-01-01`)
  const zone = process.env['TZ']
  try {
    process.env['TZ'] = 'America/New_York'
    for (const [date, hour] of [
      ['2019-07-01', 0],
      ['2019-07-01 10:00', 10],
      ['2019-07-01T10:00:00', 10],
      ['2019-07-01T10:00Z', 10],
      ['2019-07-01T10:00+02:00', 8],
    ] as const)
      expect(cuts(date), date).toMatchObject({ cuts: [Date.UTC(2019, 6, 1, hour) / 1000, 1577836800] })
  } finally {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  }
  for (const date of ['2019-02-31', '2019-13-01', '2019-01-01junk', '2019-01-01T25:00'])
    expect(() => cuts(date), date).toThrow(`"${date}" is not a date like 2020-01-31`)
})

test.each([
  [
    { users: Uint32Array.of(0, 2, 0) },
    'interactions: interaction 1 has user 2, which is not below numUsers 2',
  ],
  [
    { items: Uint32Array.of(0, 1, 3) },
    'interactions: interaction 2 has item 3, which is not below numItems 3',
  ],
  [{ items: Uint32Array.of(0, 1) }, 'interactions: there are 3 users and 2 items'],
  [{ times: Float64Array.of(5, 6) }, 'interactions: there are 3 users and 2 times'],
  [{ times: Float64Array.of(5, NaN, 7) }, 'interactions: the time of interaction 1 is NaN'],
])('interactions that do not fit together are refused: %j', (wrong, says) => {
  const sound = { numUsers: 2, numItems: 3, users: Uint32Array.of(0, 1, 0), items: Uint32Array.of(0, 1, 2) }
  expect(splitInteractions(sound, parseSplitRule('loo')).manifest.counts.train).toBe(2)
  expect(() => splitInteractions({ ...sound, ...wrong }, parseSplitRule('loo'))).toThrow(says)
  expect(() => filterInteractions({ ids: null, ...sound, ...wrong }, [])).toThrow(says)
})
