import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import { bootstrap, bootstrapAll, groupRows, quantile, twoGroups } from './index.ts'

const measured = {
  teacher: [1, 1, 0.5, 0.5, 0.2, 0.2],
  scratch: [0.5, 0.5, 0, 0, 0.2, 0.2],
  student: [0.75, 1, 0.25, 0.5, 0.2, 0.1],
}

test('groups of a third each, worked by hand', () => {
  const rows = groupRows(measured, [1, 2, 10, 11, 100, 300], ['few', 'some', 'many'], { least: 1 })
  expect(rows.map(({ group, users }) => [group, users])).toEqual([
    ['few: 1 to 2', 2],
    ['some: 10 to 11', 2],
    ['many: 100 to 300', 2],
  ])
  expect(rows[0].kept?.value).toBeCloseTo(0.875, 12)
  expect(rows[0].gap?.value).toBeCloseTo((0.875 - 0.5) / 0.5, 12)
  expect(rows[1].gap?.value).toBeCloseTo(0.375 / 0.5, 12)
  // The teacher is no better there: no gap to recover.
  expect(rows[2].gap).toBeNull()
})

test('of a handful of users no share is told', () => {
  const [row] = groupRows(measured, [1, 1, 1, 1, 1, 1], ['all'])
  expect(row).toMatchObject({ users: 6, kept: null, gap: null })
  expect(row.teacher).toBeCloseTo(3.4 / 6, 12)
})

test('equal values stay together, and every user is in one group', () => {
  const rows = groupRows(measured, [3, 3, 3, 3, 3, 9], ['few', 'some', 'many'], { least: 1 })
  expect(rows.map(({ users }) => users)).toEqual([5, 1])
  expect(groupRows(measured, [0, 0, 0, 0, 0, 0], ['few', 'many']).map(({ group }) => group)).toEqual([
    'few: 0',
  ])
})

test('two groups by a condition; an empty one is left out', () => {
  expect(
    twoGroups(measured, (user) => user > 3, ['some cold', 'none cold']).map((row) => [row.group, row.users]),
  ).toEqual([
    ['none cold', 4],
    ['some cold', 2],
  ])
  expect(twoGroups(measured, () => true, ['all', 'none'])).toHaveLength(1)
})

test('a bootstrap interval of a mean is about 1.96 standard errors to each side, and covers the truth as often as it says', () => {
  const rng = createRng(5)
  let covered = 0
  for (let turn = 0; turn < 60; turn++) {
    const values = Float64Array.from({ length: 200 }, () => rng.normal())
    const { value, low, high } = bootstrap([values], ([mean]) => mean, { resamples: 300, seed: turn })
    if (low <= 0 && high >= 0) covered++
    expect(low).toBeLessThan(value)
    expect(high - low).toBeGreaterThan((2 * 1.96 * 0.7) / Math.sqrt(200))
    expect(high - low).toBeLessThan((2 * 1.96 * 1.3) / Math.sqrt(200))
  }
  // 57 of 60 expected; 51 or fewer has a chance below 1 %.
  expect(covered).toBeGreaterThan(51)
})

test('statistics from the same draws are what each would be alone', () => {
  const rng = createRng(6)
  const columns = [0, 1].map(() => Float64Array.from({ length: 30 }, () => rng.normal()))
  const [first, second] = [([a]: readonly number[]) => a, ([, b]: readonly number[]) => 2 * b]
  expect(bootstrapAll(columns, [first, second])).toEqual([
    bootstrap(columns, first),
    bootstrap([columns[1]], ([b]) => 2 * b),
  ])
})

test('the same seed gives the same interval; quantiles are linear between values', () => {
  const columns = [[1, 2, 3, 4]]
  expect(bootstrap(columns, ([mean]) => mean)).toEqual(bootstrap(columns, ([mean]) => mean))
  expect(quantile([1, 2, 4], 0.75)).toBe(3)
  expect(quantile([], 0.5)).toBeNaN()
})
