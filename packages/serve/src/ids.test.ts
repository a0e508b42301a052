import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ServeError } from './errors.ts'
import { openIds, packIds } from './ids.ts'

test('ids of any text come back, each at its place', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\ufeff', '', '\0', '10', '9'),
  )
  fc.assert(
    fc.property(fc.uniqueArray(text), (ids) => {
      const open = openIds(packIds('items', ids))
      expect([...open]).toEqual(ids)
      expect(ids.map((id) => open.indexOf(id))).toEqual(ids.map((_, place) => place))
      expect(ids.map((_, place) => open.at(place))).toEqual(ids)
      expect(open.indexOf('not there')).toBe(-1)
      expect(open.length).toBe(ids.length)
    }),
  )
})

test('ids in order need no order beside them, others do', () => {
  expect(packIds('items', ['a', 'b', 'é']).order).toBe(null)
  expect(packIds('items', ['b', 'a', 'c']).order).toEqual(Uint16Array.of(1, 0, 2))
  const many = Array.from({ length: 70_000 }, (_, n) => String(n))
  expect(packIds('items', many).order).toBeInstanceOf(Uint32Array)
  expect(openIds(packIds('items', many)).indexOf('69999')).toBe(69_999)
})

test('a number is looked up as it prints', () => {
  const ids = openIds(packIds('users', ['7', '42']))
  expect(ids.indexOf(42)).toBe(1)
  expect(ids.has(8)).toBe(false)
})

test('what is no list of different texts is refused', () => {
  expect(() => packIds('users', ['a', 'b', 'a'])).toThrow('encodeBundle.users: "a" stands there twice')
  expect(() => packIds('users', ['a', 3 as never])).toThrow('expected strings, got number at place 1')
  expect(() => packIds('users', ['\ud800'])).toThrow(ServeError)
  expect(openIds(packIds('users', ['\ufffd'])).has('\ud800')).toBe(false)
  expect(() => openIds(packIds('users', ['a'])).at(1)).toThrow(RangeError)
})
