import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupByUser, hasItem, nearest, rowOf, sortRows, unionRows, type Csr } from './index.ts'

const pairs = fc.array(fc.tuple(fc.nat(5), fc.nat(9)), { maxLength: 60 })
const grouped = (list: [number, number][]) =>
  groupByUser(
    6,
    Uint32Array.from(list, ([user]) => user),
    Uint32Array.from(list, ([, item]) => item),
  )
const distinct = (list: [number, number][]) =>
  sortRows(grouped([...new Map(list.map((pair) => [pair.join(), pair])).values()]))
const rows = (csr: Csr) => Array.from({ length: csr.offsets.length - 1 }, (_, u) => [...rowOf(csr, u)])

test('grouping keeps every pair, and the order within a user', () => {
  fc.assert(
    fc.property(pairs, (list) => {
      expect(rows(grouped(list))).toEqual(
        [0, 1, 2, 3, 4, 5].map((u) => list.filter(([user]) => user === u).map(([, item]) => item)),
      )
    }),
  )
})

test('membership agrees with a linear search', () => {
  fc.assert(
    fc.property(pairs, fc.nat(5), fc.nat(9), (list, user, item) => {
      const csr = distinct(list)
      expect(hasItem(csr, user, item)).toBe(rows(csr)[user].includes(item))
    }),
  )
})

test('a union holds what either holds, ascending, once', () => {
  fc.assert(
    fc.property(pairs, pairs, (a, b) => {
      const union = rows(unionRows(distinct(a), distinct(b)))
      expect(union).toEqual(rows(distinct([...a, ...b])))
    }),
  )
})

test('the nearest name is found, and nothing when nothing is near', () => {
  expect(nearest('ndgc', ['recall', 'ndcg', 'map'])).toBe('ndcg')
  expect(nearest('RCE-kd', ['rrd', 'rce-kd'])).toBe('rce-kd')
  expect(nearest('something else', ['rrd', 'rce-kd'])).toBe(null)
})
