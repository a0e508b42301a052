import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readInteractions } from '../read/read-interactions.ts'
import { filterInteractions } from './filter-interactions.ts'
import type { Filter } from './filter.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-filter-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const table = (pairs: readonly (readonly [number, number])[]) => ({
  numUsers: Math.max(...pairs.map(([u]) => u)) + 1,
  numItems: Math.max(...pairs.map(([, i]) => i)) + 1,
  users: Uint32Array.from(pairs, ([u]) => u),
  items: Uint32Array.from(pairs, ([, i]) => i),
  ids: null,
})

test('k-core goes on until nothing falls: by hand', () => {
  // User 2 falls at once; item 2 then has one user left and falls, so user 1 falls; users 0 and 3 hold each other.
  const pairs = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 2],
    [2, 2],
    [3, 0],
    [3, 1],
  ] as const
  const { users, items, numUsers, numItems, steps } = filterInteractions(table(pairs), [
    { filter: 'k-core', users: 2, items: 2 },
  ])
  expect([...users]).toEqual([0, 0, 1, 1])
  expect([...items]).toEqual([0, 1, 0, 1])
  expect([numUsers, numItems]).toEqual([2, 2])
  expect(steps).toMatchObject([{ interactions: 7 }, { interactions: 4, users: 2, items: 2 }])
})

test('users with too much go with all of theirs; as much as allowed is not too much', () => {
  const pairs = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [1, 2],
    [2, 3],
  ] as const
  const { users, items, ids, numItems } = filterInteractions(
    { ...table(pairs), ids: { users: ['ann', 'bot', 'bob'], items: ['a', 'b', 'c', 'd'] } },
    [{ filter: 'heavy-users', most: 2 }],
  )
  expect([...users]).toEqual([0, 0, 1])
  expect([...items]).toEqual([0, 1, 2])
  expect(ids).toEqual({ users: ['ann', 'bob'], items: ['a', 'b', 'd'] })
  expect(numItems).toBe(3)
})

test('of repeated pairs the first or last by time stays', () => {
  const repeated = {
    ...table([
      [0, 0],
      [0, 1],
      [0, 0],
    ]),
    times: Float64Array.of(9, 5, 3),
  }
  const kept = (keep: 'first' | 'last') => [
    ...filterInteractions(repeated, [{ filter: 'duplicates', keep }]).times!,
  ]
  expect(kept('first')).toEqual([5, 3])
  expect(kept('last')).toEqual([9, 5])
})

const filters = fc.array(
  fc.oneof(
    fc.record({ filter: fc.constant('ids' as const) }),
    fc.record({ filter: fc.constant('rating' as const), min: fc.integer({ min: 1, max: 4 }) }),
    fc.record({
      filter: fc.constant('duplicates' as const),
      keep: fc.constantFrom('first' as const, 'last' as const),
    }),
    fc.record({
      filter: fc.constant('k-core' as const),
      users: fc.integer({ min: 0, max: 3 }),
      items: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({ filter: fc.constant('heavy-users' as const), most: fc.integer({ min: 1, max: 12 }) }),
    fc.record({
      filter: fc.constant('time' as const),
      from: fc.integer({ min: 0, max: 3 }),
      until: fc.integer({ min: 5, max: 9 }),
    }),
  ),
  { maxLength: 4 },
)

test('filters in DuckDB and in memory give the same', async () => {
  const row = fc.tuple(fc.nat(6), fc.nat(6), fc.integer({ min: 1, max: 5 }), fc.nat(9))
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 60 }),
      filters,
      async (rows, list: Filter[]) => {
        const path = join(folder, 'rows.csv')
        writeFileSync(path, `user,item,rating,time\n${rows.map((r) => r.join(',')).join('\n')}\n`)
        const inDatabase = await readInteractions(path, { timeUnit: 's', filters: list }).catch(
          (error: Error) => error.message,
        )
        const read = await readInteractions(path, { timeUnit: 's' })
        let inMemory: unknown
        try {
          const { steps, ...rest } = filterInteractions(read, list, { label: path })
          inMemory = { ...rest, steps }
        } catch (error) {
          inMemory = (error as Error).message
        }
        expect(inMemory).toEqual(inDatabase)
      },
    ),
    { numRuns: 20, seed: 1 },
  )
})

test('filters of a program are checked as those of a request are, and have the same defaults', async () => {
  const path = join(folder, 'repeated.csv')
  writeFileSync(path, 'user,item,rating,time\nann,a,1,10\nann,a,2,20\nbob,a,3,30\n')
  const { times } = await readInteractions(path, { filters: [{ filter: 'duplicates' }] })
  expect([...times!]).toEqual([10, 30])
  const refused = (filter: object) => expect(readInteractions(path, { filters: [filter as never] })).rejects
  await refused({ filter: 'kcore', users: 2 }).toThrow('filters.0.filter: expected one of ids, rating')
  await refused({ filter: 'rating', minimum: 4 }).toThrow('filters.0: unknown key "minimum"')
  for (const files of [undefined, 7, [], [''], { files: path }])
    await expect(readInteractions(files as never)).rejects.toThrow(
      'readInteractions: expected a path or a list of paths, got',
    )
})
