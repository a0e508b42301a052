import { fromEmbeddings } from '@recdistill/backbones'
import { createRng, NO_ITEM } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinIds, vectorTeacher, type Tower } from './index.ts'

const engine = createEngine({ threads: 1 })
const random = (length: number, seed: number) => {
  const rng = createRng(seed)
  return Float32Array.from({ length }, () => rng.normal())
}
const tower = (rows: number, dim: number, seed: number): Tower => ({
  file: `tower ${seed}`,
  dim,
  values: random(rows * dim, seed),
  bias: null,
})
const names = (count: number) => Array.from({ length: count }, (_, n) => `id${n}`)
const joined = (
  side: 'users' | 'items',
  known: readonly string[],
  ids: readonly string[] | null,
  rows: number,
) => joinIds(side, known, { file: side, rows, ids })
const all = (count: number) => Uint32Array.from({ length: count }, (_, n) => n)

test('with nobody missing it is the model of the same tables, bit for bit', () => {
  const [users, items] = [tower(9, 5, 1), tower(12, 5, 2)]
  const teacher = vectorTeacher(
    engine,
    { users, items },
    { users: joined('users', names(9), null, 9), items: joined('items', names(12), null, 12) },
  )
  const direct = fromEmbeddings(engine, { users: users.values, items: items.values, dim: 5 })
  expect(teacher.rank(all(9), 12, null)).toEqual(direct.rank(all(9), 12, null))
  expect(teacher.rowsOf('items', all(12))).toEqual(items.values)
  expect([teacher.dim, teacher.parameters]).toEqual([5, 21 * 5])
})

test('rows in another order, with rows nobody asked for, make the same model', () => {
  const [users, items] = [tower(3, 4, 3), tower(4, 4, 4)]
  const known = { users: ['c', 'a'], items: ['z', 'w', 'y'] }
  const teacher = vectorTeacher(
    engine,
    { users, items },
    {
      users: joined('users', known.users, ['a', 'b', 'c'], 3),
      items: joined('items', known.items, ['w', 'x', 'y', 'z'], 4),
    },
  )
  const row = ({ values, dim }: Tower, n: number) => [...values.subarray(n * dim, (n + 1) * dim)]
  expect([...teacher.rowsOf('users', all(2))]).toEqual([...row(users, 2), ...row(users, 0)])
  expect([...teacher.rowsOf('items', all(3))]).toEqual([...row(items, 3), ...row(items, 0), ...row(items, 2)])
})

describe('who is missing', () => {
  test('items stand behind all others for every user, whatever the numbers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (seed, scale) => {
        const users = tower(4, 3, seed)
        const items = { ...tower(5, 3, seed + 1) }
        items.values.forEach((value, n) => (items.values[n] = value * scale))
        const known = ['i4', 'gone', 'i0', 'i2', 'lost', 'i1', 'i3']
        const teacher = vectorTeacher(
          engine,
          { users, items: { ...items, bias: random(5, seed + 2) } },
          {
            users: joined('users', names(4), null, 4),
            items: joined('items', known, ['i0', 'i1', 'i2', 'i3', 'i4'], 5),
          },
        )
        const { items: ranked, scores } = teacher.rank(all(4), 7, null)
        for (let user = 0; user < 4; user++) {
          expect([...ranked.subarray(user * 7 + 5, user * 7 + 7)]).toEqual([1, 4])
          expect(scores[user * 7 + 5]).toBeLessThan(scores[user * 7 + 4])
        }
        teacher.dispose()
      }),
      { numRuns: 30 },
    )
  })

  test('where vectors are compared a missing item is the mean item', () => {
    const items: Tower = { file: 'items', dim: 2, values: Float32Array.of(1, 2, 3, 6), bias: null }
    const teacher = vectorTeacher(
      engine,
      { users: tower(2, 2, 7), items },
      {
        users: joined('users', names(2), null, 2),
        items: joined('items', ['a', 'gone', 'b'], ['a', 'b'], 2),
      },
    )
    expect([...teacher.rowsOf('items', all(3))]).toEqual([1, 2, 2, 4, 3, 6])
    expect(teacher.dim).toBe(2)
  })

  test('a missing user scores what all users score on average', () => {
    const [users, items] = [tower(5, 3, 8), tower(6, 3, 9)]
    const known = [...names(5), 'stranger']
    const teacher = vectorTeacher(
      engine,
      { users, items },
      { users: joined('users', known, names(5), 5), items: joined('items', names(6), null, 6) },
    )
    const every = teacher.scoresOf(
      all(6),
      Uint32Array.from({ length: 36 }, (_, n) => n % 6),
      6,
    )
    for (let item = 0; item < 6; item++) {
      const mean = [0, 1, 2, 3, 4].reduce((sum, user) => sum + every[user * 6 + item], 0) / 5
      expect(every[30 + item]).toBeCloseTo(mean, 5)
    }
  })
})

test('biases are added to the dot product, and are no part of the vectors', () => {
  const users: Tower = {
    file: 'u',
    dim: 2,
    values: Float32Array.of(1, 0, 0, 1),
    bias: Float32Array.of(0.5, -1),
  }
  const items: Tower = {
    file: 'i',
    dim: 2,
    values: Float32Array.of(2, 3, 4, 5),
    bias: Float32Array.of(10, 20),
  }
  const teacher = vectorTeacher(
    engine,
    { users, items },
    { users: joined('users', names(2), null, 2), items: joined('items', names(2), null, 2) },
  )
  expect([...teacher.scoresOf(all(2), Uint32Array.of(0, 1, 0, NO_ITEM), 2)]).toEqual([12.5, 24.5, 12, 0])
  expect([...teacher.rowsOf('users', all(2))]).toEqual([1, 0, 0, 1])
  const whole = { users: [1, 0, 1, 0.5, 0, 1, 1, -1], items: [2, 3, 10, 1, 4, 5, 20, 1] }
  for (const of of ['users', 'items'] as const)
    expect([...(teacher.scoringRowsOf?.(of, all(2)) ?? [])]).toEqual(whole[of])
  expect(teacher.parameters).toBe(12)
  const flipped = teacher.flipped?.()
  expect([...(flipped?.scoresOf(Uint32Array.of(1), Uint32Array.of(0, 1), 2) ?? [])]).toEqual([24.5, 24])
})

test('towers of different lengths, and biases that do not fit, are refused', () => {
  const join = { users: joined('users', names(2), null, 2), items: joined('items', names(2), null, 2) }
  expect(() => vectorTeacher(engine, { users: tower(2, 3, 1), items: tower(2, 4, 2) }, join)).toThrow(
    'tower 2: vectors of items have 4 numbers, those of users (tower 1) have 3',
  )
  const bias = Float32Array.of(1)
  expect(() =>
    vectorTeacher(engine, { users: { ...tower(2, 3, 1), bias }, items: tower(2, 3, 2) }, join),
  ).toThrow('tower 1: 1 biases for 2 vectors')
})
