import { expect, test } from 'vitest'
import { parseSplitRule } from '../split/parse-split-rule.ts'
import { splitInteractions } from '../split/split-interactions.ts'
import { inspectInteractions } from './inspect-interactions.ts'
import { inspectSplit } from './inspect-split.ts'
import type { Finding } from './finding.ts'

const byId = (findings: Finding[]) => new Map(findings.map((finding) => [finding.id, finding]))

/** Each user's list of items, in order; the place in all lists is the time where `timed`. */
function world(lists: readonly (readonly number[])[], timed = false) {
  const items = Uint32Array.from(lists.flat())
  return {
    numUsers: lists.length,
    numItems: Math.max(...items) + 1,
    users: Uint32Array.from(lists.flatMap((list, u) => list.map(() => u))),
    items,
    ...(timed && { times: Float64Array.from(items, (_, n) => 86400 * n) }),
  }
}

test('shape: counts, density, head, tail and Gini by hand', () => {
  const found = byId(inspectInteractions(world([[0, 1], [0], [0]])))
  expect(found.get('counts')!.values).toEqual({ users: 3, items: 2, interactions: 4 })
  expect(found.get('density')!.values['density']).toBeCloseTo(4 / 6)
  expect(found.get('head')!.values['top10']).toBeCloseTo(3 / 4)
  expect(found.get('tail')!.values['itemsBelow5']).toBe(1)
  // Two items with 3 and 1: mean absolute difference over twice the mean = (|3 - 1| / 2) / 4
  expect(found.get('gini')!.values['gini']).toBeCloseTo(0.25)
  expect(found.get('no-time')!.level).toBe('note')
})

test('users with twenty times what nearly all have are named, and by how much to leave them out', () => {
  const people = Array.from({ length: 300 }, (_, u) => [u % 7, 7 + (u % 5)])
  const usual = world(people)
  expect(byId(inspectInteractions(usual)).has('heavy-users')).toBe(false)
  const bots = [41, 43].map((size) => Array.from({ length: size }, (_, n) => n))
  const found = byId(inspectInteractions(world([...people, ...bots]))).get('heavy-users')!
  expect(found.values).toEqual({ users: 2, above: 40, share: 84 / 684 })
  expect(found.todo).toContain('--max-per-user 40 ')
})

test('repeated pairs and a single user are seen', () => {
  const found = byId(inspectInteractions(world([[0, 1, 0, 0]])))
  expect(found.get('duplicates')!.values).toEqual({ repeats: 2, share: 0.5 })
  expect(found.get('one')!.level).toBe('problem')
})

test('lists in order of id are a note before a split and a warning after one in file order', () => {
  const lists = Array.from({ length: 30 }, (_, u) =>
    Array.from({ length: 10 }, (_, n) => n * 7 + ((u * 3 + n) % 7)),
  )
  expect(byId(inspectInteractions(world(lists))).get('id-sorted')!.level).toBe('note')
  const split = (rule: string) => byId(inspectSplit(splitInteractions(world(lists), parseSplitRule(rule))))
  expect(split('ratio:0.8,0.1,0.1:file').get('id-sorted')!.level).toBe('warning')
  expect(split('loo:last').get('id-sorted')!.level).toBe('warning')
  expect(split('ratio:0.8,0.1,0.1:random').get('id-sorted')!.level).toBe('note')
})

test('cold items bound what can be reached: by hand', () => {
  // In file order user 0 is tested on item 9, which nobody trains on, user 1 on item 0, which user 0 trains on.
  const found = byId(
    inspectSplit(
      splitInteractions(
        world([
          [0, 1, 9],
          [1, 2, 0],
        ]),
        parseSplitRule('ratio:0.4,0,0.6:file'),
      ),
    ),
  )
  // a = floor(0.4 * 3) = 1, so user 0 trains on 0 and is tested on 1 (warm) and 9; user 1 trains on 1, tested on 2 (cold) and 0
  expect(found.get('cold-test')!.values).toEqual({ cold: 2, share: 0.5 })
  expect(found.get('best-reachable')!.values).toEqual({ 'recall@10': 0.5, 'recall@20': 0.5 })
  expect(found.has('users-unreachable')).toBe(false)
})

test('a model that learns from a user’s future is told on', () => {
  const lists = Array.from({ length: 20 }, () => Array.from({ length: 10 }, (_, n) => n))
  const random = byId(
    inspectSplit(splitInteractions(world(lists, true), parseSplitRule('loo:random'), { seed: 1 })),
  )
  expect(random.get('future-leakage-users')!.values['share']).toBeGreaterThan(0.5)
  const last = byId(inspectSplit(splitInteractions(world(lists, true), parseSplitRule('loo:last'))))
  expect(last.has('future-leakage-users')).toBe(false)
  expect(last.get('future-leakage-global')!.values['testBeforeTrain']).toBeCloseTo(19 / 20)
  const moment = byId(inspectSplit(splitInteractions(world(lists, true), parseSplitRule('time:0.8,0.9'))))
  expect(moment.has('future-leakage-global')).toBe(false)
  expect(moment.get('users-without-train')!.values['users']).toBe(4)
})

test('moments outside of the times of the data are said to be the reason that parts are empty', () => {
  const rule = parseSplitRule('time:2001-01-01,2002-01-01')
  const found = byId(inspectSplit(splitInteractions(world([[0, 1, 2]], true), rule)))
  expect(found.get('no-valid')!.todo).toBe('move the moments to where there are interactions between them')
  expect(found.get('no-test')!.todo).toBe('move the moments to where there are interactions after the second')
})

test('whatever is not a plain fact says what it means and what to do', () => {
  const lists = Array.from({ length: 12 }, (_, u) => [u, u + 1, u + 2, u + 3, u + 30])
  for (const rule of ['loo', 'ratio:1,0,0', 'time:0.3,0.6', 'ratio:0.5,0.5,0:random'])
    for (const finding of inspectSplit(splitInteractions(world(lists, true), parseSplitRule(rule)))) {
      expect(finding.title.split('\n')).toHaveLength(1)
      expect(finding.means !== '' && finding.todo !== '', finding.id).toBe(finding.level !== 'fact')
    }
})

test('times beyond all dates are told as they are', () => {
  const microseconds = { ...world([[0, 1], [1]]), times: Float64Array.of(1.5e15, 1.6e15, 1.7e15) }
  const told = {
    title: expect.stringContaining('times from second 1500000000000000 to second 1700000000000000'),
  }
  expect(byId(inspectInteractions(microseconds)).get('time')).toMatchObject(told)
  expect(
    byId(inspectSplit(splitInteractions(microseconds, parseSplitRule('loo')))).get('time'),
  ).toMatchObject(told)
})
