import { createRng } from '@recdistill/core'
import { NO_ITEM, parseParams, type AnyMethod } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { expectLaw } from '../../samplers/test/expect-law.ts'
import { drawUser } from '../test/draw-user.ts'
import { lossOf } from '../test/score-row.ts'
import bd from './bd.ts'

describeMethod(bd, {
  repeats: ['forStudent', 'forTeacher'],
  variants: [
    { p: 2, perPair: 3, maskMode: 'zeroScore', epsE: 0.5, epsT: 0.5 },
    { form: 'users', p: 1, perPair: 5, tauT: 2, tauS: 2, lambdaTS: 0.7, lambdaST: 0.3 },
  ],
})

beforeAll(() => prepareTensors())

const method = bd as unknown as AnyMethod

/** Scores that rank the items as given, best is 1. */
const scoresOf = (ranks: readonly number[]) => ranks.map((rank) => 10 - rank)
const ranks = { teacher: [1, 2, 3, 4, 5, 6], student: [3, 1, 6, 2, 5, 4] } // TV-5

/** Shares of the items in many draws; `seen` is one item behind the six, to have a pair to draw for. */
function shares(
  given: object,
  user = { teacher: [...scoresOf(ranks.teacher), 99], student: [...scoresOf(ranks.student), 99], seen: [6] },
) {
  const params = parseParams(bd, { p: 10_000, ...given })
  const { forStudent, forTeacher } = drawUser(method, params, user, createRng(3)).lists
  return [forStudent, forTeacher].map((items) => {
    const counts = new Float64Array(user.teacher.length)
    for (const item of items) counts[item]++
    return counts
  })
}

const share = (weights: readonly number[]) => {
  const total = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / total)
}

test('TV-5: items of both directions are drawn by the discrepancy of their ranks; a seen item is last in both', () => {
  const [forStudent, forTeacher] = shares({ epsE: 0.5, epsT: 0.5 })
  expectLaw(forStudent, 10_000, share([0, 0.46211716, 0, 0.76159416, 0, 0.76159416, 0]))
  expectLaw(forTeacher, 10_000, share([2.7182818, 0.60653066, 4.4816891, 0.36787944, 1, 0.36787944, 1]))
})

test('maskMode zeroScore: a seen item ranks among the unseen as if its score were 0', () => {
  // Teacher: scores 3, 1, -1 and the seen item at rank 3; student: scores 2, -1, -2 and the seen item at rank 2.
  const user = { teacher: [3, 1, -1, 50], student: [2, -1, -2, -50], seen: [3] }
  const [forStudent, forTeacher] = shares({ maskMode: 'zeroScore', epsE: 0.5, epsT: 0.5 }, user)
  expectLaw(forStudent, 10_000, [0, 0, 0, 1])
  expectLaw(forTeacher, 10_000, share([1, Math.exp(0.5), 1, Math.exp(-0.5)]))
})

test('a student that over-ranks nothing gets unseen items, all alike', () => {
  const scores = scoresOf([1, 2, 3, 4, 5])
  const [forStudent, forTeacher] = shares({}, { teacher: scores, student: scores, seen: [1, 3] })
  expectLaw(forStudent, 20_000, [1 / 3, 0, 1 / 3, 0, 1 / 3])
  expectLaw(forTeacher, 20_000, [0.2, 0.2, 0.2, 0.2, 0.2])
})

test('a user who has seen everything gets no item where nothing is over-ranked', () => {
  const scores = scoresOf([1, 2])
  const { forStudent } = drawUser(method, parseParams(bd), { teacher: scores, student: scores, seen: [0, 1] }, createRng(0)).lists // prettier-ignore
  expect([...forStudent]).toEqual(new Array(20).fill(NO_ITEM))
})

test('each direction draws what it draws alone, whoever had their turn before', () => {
  const noise = createRng(5)
  const scores = () => Array.from({ length: 30 }, () => noise.normal())
  const users = [1, 2, 3].map(() => ({ teacher: scores(), student: scores(), seen: [4, 9] }))
  const params = parseParams(bd)
  const only = (name: string) => ({
    lists: (...world: Parameters<AnyMethod['lists']>) => ({ [name]: method.lists(...world)[name] }),
  })
  const drawnBy = (part: Pick<AnyMethod, 'lists'>, n: number) =>
    drawUser(part, params, users[n], createRng(6)).lists
  const both = users.map((_, n) => drawnBy(method, n))
  for (const n of [0, 2, 1])
    for (const name of ['forTeacher', 'forStudent'])
      expect(drawnBy(only(name), n)[name]).toEqual(both[n][name])
})

test('form users: an item counts once for a user in an epoch, padding last in each pair', () => {
  const noise = createRng(4)
  const scores = () => Array.from({ length: 40 }, () => noise.normal())
  const params = parseParams(bd, { form: 'users', p: 3, perPair: 5 })
  const user = { teacher: scores(), student: scores(), seen: [2, 5, 7, 8] }
  const { forStudent } = drawUser(method, params, user, noise).lists
  expect(forStudent).toHaveLength(3 * 4 * 5)
  let padding = 0
  for (let epoch = 0; epoch < 3; epoch++) {
    const items = [...forStudent.subarray(epoch * 20, epoch * 20 + 20)]
    const there = items.filter((item) => item !== NO_ITEM)
    expect(new Set(there).size).toBe(there.length)
    padding += 20 - there.length
    for (let pair = 0; pair < 20; pair += 5)
      for (let n = pair + 1; n < pair + 5; n++) if (items[n - 1] === NO_ITEM) expect(items[n]).toBe(NO_ITEM)
  }
  expect(padding).toBeGreaterThan(0) // 20 draws of about 20 items
  const again = drawUser(method, { ...params, form: 'pairs' }, user, createRng(4)).lists.forStudent
  expect(again.includes(NO_ITEM)).toBe(false)
})

// TV-5, each score as one pair: the item taught is item 1, the positive is item 0.
const receivers = [1.62, -0.83, 90.4, -41.7]
const givers = [-2.1, 3.7, 0.45, 88]
const published = { loss: 86.949385, gradient: [0.43827838, -0.37335079, 0.47751518, -0.99999998] }
const pairs = receivers.map(() => ({
  positive: Uint32Array.of(0),
  forStudent: Uint32Array.of(1),
  forTeacher: Uint32Array.of(1),
}))

test.each(['student', 'teacher'] as const)('TV-5: the %s learns the other’s probabilities', (learner) => {
  // `lossOf` differentiates by what it calls the student; for the teacher’s loss the sides change places.
  const loss: AnyMethod['loss'] = (input) =>
    learner === 'student'
      ? method.loss(input)
      : (method.teacherLoss as AnyMethod['loss'])({ ...input, student: input.teacher, teacher: input.student } as never) // prettier-ignore
  const users = receivers.map((s, n) => ({ student: [0.5, s], teacher: [0.5, givers[n]] }))
  const run = (given: object) =>
    lossOf({ ...method, loss }, parseParams(bd, given), users, pairs, createRng(0))
  const alone = run({ form: 'users', lambdaTS: 1, lambdaST: 1 })
  expect(Math.abs(alone.value - published.loss) / published.loss).toBeLessThan(2e-6)
  published.gradient.forEach((g, n) => expect(alone.gradient[n][1]).toBeCloseTo(g, 6))
  const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  const withBpr = run({ lambdaTS: 0.25, lambdaST: 0.25 })
  const expected = receivers.reduce((sum, s) => sum + softplus(s - 0.5), 0.25 * published.loss)
  expect(Math.abs(withBpr.value - expected) / expected).toBeLessThan(2e-6)
  receivers.forEach((s, n) => {
    expect(withBpr.gradient[n][1]).toBeCloseTo(0.25 * published.gradient[n] + sigmoid(s - 0.5), 5)
    expect(withBpr.gradient[n][0]).toBeCloseTo(-sigmoid(s - 0.5), 5)
  })
})

test('the models’ own objective stays in the form users alone, and the student starts trained', () => {
  expect(['pairs', 'users'].map((form) => bd.base?.(parseParams(bd, { form })))).toEqual([false, true])
  expect(bd.startsFrom).toBe('scratch')
})

test('the default is the released configuration of MF', () => {
  const { defaults, presets = [] } = bd
  expect(parseParams(bd)).toMatchObject(presets[0].params)
  expect(presets[0]).toMatchObject({ lambda: defaults.lambda, weightDecay: 0, batch: 128 })
  expect(presets[1].params).toMatchObject({ form: 'users', tauT: 2, tauS: 2, epsT: 1e-4, perPair: 5 })
})

test('in the form users both directions have a weight, for it is all there is of their terms', () => {
  const problems = (given: object) => bd.check?.(parseParams(bd, given), { numUsers: 1, numItems: 9 })
  expect(problems({ form: 'users', lambdaST: 0 })).toEqual([
    'bd.lambdaST: expected a number above 0 in the form users, which has no other term; got 0',
  ])
  expect(problems({ form: 'users', lambdaTS: 0, lambdaST: 0 })).toHaveLength(2)
  expect(problems({ form: 'users' })).toEqual([])
  expect(problems({ lambdaTS: 0, lambdaST: 0 })).toEqual([])
})
