import { expect, test } from 'vitest'
import { compareLists, markOf } from './compare-lists.ts'

const list = (items: string) => [...items].map((item, at) => ({ item, score: 10 - at }))

test('every item knows its place in the other list', () => {
  const { left, right, shared } = compareLists(list('abcd'), list('bxad'))
  expect(left.map(({ item, place, elsewhere }) => [item, place, elsewhere])).toEqual([
    ['a', 1, 3],
    ['b', 2, 1],
    ['c', 3, null],
    ['d', 4, 4],
  ])
  expect(right.map(({ elsewhere }) => elsewhere)).toEqual([2, null, 1, 4])
  expect(shared).toBe(3)
})

test('marks say how they differ, and mirror each other', () => {
  const { left, right } = compareLists(list('abcd'), list('bxad'))
  expect(left.map((entry) => markOf(entry).text)).toEqual(['▲ 2', '▼ 1', 'only here', '='])
  expect(right.map((entry) => markOf(entry).text)).toEqual(['▲ 1', 'only here', '▼ 2', '='])
})

test('empty lists share nothing', () => {
  expect(compareLists([], list('a'))).toMatchObject({ left: [], shared: 0 })
})
