import { expect, test } from 'vitest'
import { joinIds, NO_ROW } from './index.ts'

const join = (known: readonly string[], ids: readonly string[] | null, rows = ids?.length ?? 0) =>
  joinIds('users', known, { file: 'users.npy', rows, ids })

test('each id of the data finds its row; who is missing and who is not used is counted', () => {
  expect(join(['a', 'b', 'c', 'd'], ['x', 'c', 'a', 'y'])).toEqual({
    rows: Uint32Array.of(2, NO_ROW, 1, NO_ROW),
    known: 2,
    missing: { count: 2, examples: ['b', 'd'] },
    unused: { count: 2, examples: ['x', 'y'] },
  })
})

test('without ids rows are in the order of the data, if there are as many', () => {
  expect(join(['a', 'b'], null, 2).rows).toEqual(Uint32Array.of(0, 1))
  expect(() => join(['a', 'b'], null, 3)).toThrow(
    'users.npy: has 3 rows of users and the data has 2 users; say whose row is whose with --teacher-user-ids FILE',
  )
})

test('ids that tools have changed on their way are told by what they differ in', () => {
  const data = ['007', '010', '123', 'x']
  expect(join(data, ['7', '10', '123', 'y'])).toMatchObject({ known: 1, differ: 'leading zeros' })
  expect(join(['7', '10', '12'], ['7', '10.0', '12.0'])).toMatchObject({ differ: 'a ".0" at the end' })
  expect(join(['Ann', 'Bob', 'c'], ['ann', 'bob', 'c'])).toMatchObject({ differ: 'capitals' })
  expect(join(data, ['123', 'y', 'z'])).not.toHaveProperty('differ')
  expect(join(['a', 'b'], ['a', 'c'])).not.toHaveProperty('differ')
  expect(() => join(['007', '010'], ['7.0', '10.0'])).toThrow(
    /none of the data's 2 users .*: they differ in leading zeros and a "\.0" at the end$/,
  )
})

test('one id more than there are rows may be a heading', () => {
  expect(() => join(['a', 'b'], ['user_id', 'a', 'b'], 2)).toThrow(
    'the first, "user_id", is no id of the data: leave out a heading',
  )
})

test('ids that do not fit say what they look like', () => {
  expect(() => join(['a', 'b'], ['1', '2', '3', '4'])).toThrow(
    `none of the data's 2 users is among its ids; they look like "1", "2", "3", those of the data like "a", "b"`,
  )
  expect(() => join(['a', 'b'], ['a', 'b', 'a'])).toThrow('user "a" stands in row 0 and in row 2')
  expect(() => join(['a', 'b'], ['a', 'b'], 5)).toThrow('has 5 rows of users, but there are 2 ids')
})
