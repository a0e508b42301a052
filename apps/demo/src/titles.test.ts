import { expect, test } from 'vitest'
import { createTitles } from './titles.ts'

const items = ['i10', 'i1', 'x1', 'i21']
const titles = createTitles(new Map([['x1', 'Infinite Jest']]))

test('items are called by their title, or else by their id', () => {
  expect(titles.of('x1')).toBe('Infinite Jest')
  expect(titles.of('i1')).toBe('i1')
})

test('found are ids and titles, those that begin with the words first, the shortest first', () => {
  expect(titles.find('I1', items, 10)).toEqual(['i1', 'i10'])
  expect(titles.find('1', items, 10)).toEqual(['i10', 'i1', 'x1', 'i21'])
  expect(titles.find(' jest', items, 10)).toEqual(['x1'])
  expect(titles.find('1', items, 2)).toHaveLength(2)
})

test('nothing finds nothing', () => {
  expect(titles.find('  ', items, 10)).toEqual([])
  expect(titles.find('zebra', items, 10)).toEqual([])
})
