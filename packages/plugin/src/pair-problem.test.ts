import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineMethod, itemSide, pairProblem, sideOf, sideOfModel, type AnyMethod } from './index.ts'

const plain = {
  name: 'copying',
  paper: { title: 'none', venue: 'a test' },
  params: z.object({ side: z.boolean().default(true), base: z.boolean().default(true) }),
  defaults: { lambda: 1, weightDecay: 0 },
  over: 'users',
  lists: () => ({}),
  loss: () => {
    throw new Error('not asked here')
  },
} as const

const none = { offsets: new Uint32Array(3), items: new Uint32Array(0) }
const world = { numUsers: 2, numItems: 3, train: none, dims: { student: 4, teacher: 8 } }
const mf = sideOf({ name: 'mf' }, 4)
const cdae = sideOf({ name: 'cdae', batches: 'users' }, 4)
const neumf = sideOf({ name: 'neumf', vectors: false, flips: true, rowDim: (dim) => 2 * dim }, 4)
const deep = sideOf({ name: 'deep', vectors: false }, 4)
const ease = sideOf({ name: 'ease', trains: 'once', vectors: false }, 0)
const given = sideOfModel({ dim: 8, flipped: plain.loss }, 'vectors.npy')

const problem = (more: object, student = mf, teacher = mf, params: Record<string, unknown> = {}) =>
  pairProblem(
    defineMethod({ ...plain, ...more }) as AnyMethod,
    { side: true, base: true, ...params },
    { student, teacher },
    world,
  )

test('a method that asks for nothing special takes any teacher, and any student that takes steps', () => {
  for (const teacher of [mf, cdae, neumf, ease, given])
    for (const student of [mf, cdae, neumf]) expect(problem({}, student, teacher)).toBe(null)
  expect(problem({}, ease, mf)).toMatch('copying: the student ease takes no steps of training')
})

test('vectors are needed of both where they are compared', () => {
  const rows = { rows: () => ({ users: 'users' }) }
  expect(problem(rows, cdae, given)).toBe(null)
  expect(problem(rows, neumf, sideOfModel({ dim: 0, rowDim: 8 }, 'kept'))).toBe(null)
  expect(problem(rows, deep, mf)).toMatch('the student deep has none')
  expect(problem(rows, mf, ease)).toMatch('the teacher ease has none')
  expect(problem({ rows: () => ({}) }, neumf, ease)).toBe(null)
})

test('an item side needs them as long as it is on', () => {
  const side = itemSide({ weight: 1, over: 'positives', lists: () => ({}), loss: plain.loss })
  const sided = { itemSide: (params: { side: boolean }) => (params.side ? side : null) }
  expect(problem(sided, mf, given)).toBe(null)
  expect(problem(sided, mf, neumf)).toBe(null)
  expect(problem(sided, mf, deep)).toMatch('ranks users for an item, which the teacher deep cannot')
  expect(problem(sided, mf, deep, { side: false })).toBe(null)
})

test('a teacher that is trained too takes steps, on the batches of its student', () => {
  const both = { teacherLoss: plain.loss, base: (params: { base: boolean }) => params.base }
  expect(problem(both, mf, neumf)).toBe(null)
  for (const teacher of [ease, given])
    expect(problem(both, mf, teacher)).toMatch('takes no steps of training')
  expect(problem(both, cdae, mf)).toMatch('mf takes pairs where cdae takes users')
  expect(problem(both, cdae, mf, { base: false })).toBe(null)
})

test('snapshots are there of what was trained in steps', () => {
  const following = { trajectory: () => 3 }
  expect(problem(following, mf, neumf)).toBe(null)
  for (const teacher of [ease, given])
    expect(problem(following, mf, teacher)).toMatch("snapshots of the teacher's training")
})
