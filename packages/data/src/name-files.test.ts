import { expect, test } from 'vitest'
import { nameFiles } from './name-files.ts'
import { planOf } from './plan.ts'

test('a few files are named, of many the first and how many more', () => {
  expect(nameFiles(['a.csv', 'b.csv', 'c.csv'], ', ')).toBe('a.csv, b.csv, c.csv')
  const months = Array.from({ length: 12 }, (_, n) => `logs/${n + 1}.csv`)
  expect(planOf({ files: months }).dataset).toBe('1.csv+11 more')
  expect(planOf({ files: months.slice(0, 2) }).dataset).toBe('1.csv+2.csv')
})
