import { createRng, NO_ITEM } from '@recdistill/core'
import { hetCompOverall, hetCompRankAware } from '@recdistill/losses'
import { parseParams, type Ranked, type Row, type World } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors, tf } from '@recdistill/tensor'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { stageValue } from './draws/stage.ts'
import hetcomp from './hetcomp.ts'

const small = [
  { K: 10, V: 2, p: 1, k: 4 },
  { K: 12, V: 1, KP: 3 },
  { K: 10, V: 3, p: 1, observed: 'best', standalone: true, clamp: 0.5 },
]
describeMethod(hetcomp, { unseen: ['target'], variants: small, epochs: 6 })
describeMethod(
  { ...hetcomp, name: 'hetcomp-two-teachers' },
  { unseen: ['target'], variants: small, teachers: 2 },
)

beforeAll(() => prepareTensors())

const numItems = 12
const all = Uint32Array.from({ length: numItems }, (_, item) => item)
const seen = Uint32Array.of(2, 5, 9)
const world: World = {
  numUsers: 2,
  numItems,
  train: { offsets: Uint32Array.of(0, 3, 5), items: Uint32Array.of(2, 5, 9, 0, 1) },
  dims: { student: 0, teacher: 0 },
}

const rankedAs = (order: ArrayLike<number>): Ranked => ({
  top: (k, options) =>
    Uint32Array.from(order)
      .filter((item) => options?.seen !== 'skip' || !seen.includes(item))
      .subarray(0, k),
  positionOf: (items) => items.map((item) => Array.from(order).indexOf(item)),
  at: (positions) => positions.map((at) => order[at]),
  scoresOf: (items) => Float32Array.from(items, (item) => -Array.from(order).indexOf(item)),
})

/** The student, and the snapshots of each teacher, as orders of all items. */
const rowOf = (
  epoch: number,
  student: ArrayLike<number>,
  teachers: ArrayLike<number>[][],
  stage: Float32Array,
): Row => ({
  user: 0,
  epoch,
  numItems,
  seen,
  teacher: rankedAs(teachers[0].at(-1) as ArrayLike<number>),
  student: rankedAs(student),
  list: () => new Uint32Array(0),
  value: () => stage,
  trajectories: teachers.map((snapshots) => snapshots.map(rankedAs)),
})

const params = { K: 3, k: null, V: 3, p: 10, alpha: 1.05 }
const orders = [
  [0, 1, 3, 4, 6, 7, 8, 10, 11, 2, 5, 9],
  [4, 6, 0, 1, 3, 7, 8, 10, 11, 2, 5, 9],
  [8, 10, 11, 0, 1, 3, 4, 6, 7, 2, 5, 9],
]
const look = (stage: Float32Array, epoch: number, student: ArrayLike<number>, given = params) =>
  stageValue(given, 1).fill(rowOf(epoch, student, [orders], stage), stage, createRng(0))

describe('the snapshot of a user', () => {
  // 4, 6, 0 of the next snapshot: none, the last or all of the student's first three
  const none = orders[2]
  const one = [8, 10, 4, ...orders[2].filter((item) => ![8, 10, 4].includes(item))]
  const weight = (t: number) => (2 ** Math.exp(-t / 10) - 1) / Math.log2(t + 2)
  const far = 1 - Math.round((1e4 * weight(2)) / (weight(0) + weight(1) + weight(2))) / 1e4

  test('nothing before epoch p, then a look that only records', () => {
    const stage = new Float32Array(2)
    look(stage, 0, none)
    expect([...stage]).toEqual([0, 0])
    look(stage, 10, none)
    expect([...stage]).toEqual([0, 1])
  })

  test('a step when the distance has fallen by more than the threshold asks, and the one after is recorded', () => {
    const stage = Float32Array.of(0, 1)
    look(stage, 20, one) // 1 / far = 1.3 is above 1.05 x 0.995^2
    expect(1 / far).toBeGreaterThan(1.05)
    expect(stage[0]).toBe(1)
    expect(stage[1]).toBeCloseTo(
      1 - Math.round((1e4 * (weight(0) + weight(1))) / (weight(0) + weight(1) + weight(2))) / 1e4,
      6,
    )
  })

  test('no step while the distance stays, as long as the threshold is above 1', () => {
    const stage = Float32Array.of(0, Math.fround(far))
    const steps = []
    for (let epoch = 20; epoch <= 120 && stage[0] === 0; epoch += 10) {
      look(stage, epoch, one)
      steps.push([epoch / 10, stage[0]])
    }
    const first = Math.ceil(Math.log(1 / 1.05) / Math.log(0.995)) // 0.995^10 x 1.05 is the first below 1
    expect(first).toBe(10)
    expect(steps.at(-1)).toEqual([first, 1])
    expect(stage[1]).not.toBe(Math.fround(far))
  })

  test('a step when the student moves away, and when the next list is met in full', () => {
    const away = Float32Array.of(0, 0.5)
    look(away, 20, none)
    expect(away[0]).toBe(1)
    const met = Float32Array.of(0, 0)
    look(met, 20, orders[1])
    expect(met[0]).toBe(1)
  })

  test('property 13: it never falls nor passes the last, and reaches it once the threshold is below 1', () => {
    const student = fc.shuffledSubarray([...all], { minLength: numItems, maxLength: numItems })
    fc.assert(
      fc.property(
        fc.array(student, { minLength: 20, maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        (ways, V) => {
          const given = { ...params, V, p: 5 }
          const snapshots = [0, 1, 2, 3].slice(0, V).map((n) => orders[n % 3])
          const stage = new Float32Array(2)
          const value = stageValue(given, 1)
          let before = 0
          ways.forEach((way, n) => {
            value.fill(rowOf(5 * n, way, [snapshots], stage), stage, createRng(0))
            expect(stage[0]).toBeGreaterThanOrEqual(before)
            expect(stage[0]).toBeLessThanOrEqual(Math.max(0, V - 1))
            before = stage[0]
          })
          expect(stage[0]).toBe(V - 1)
        },
      ),
    )
  })
})

function listsOf(given: object, teachers = 1) {
  const parsed = parseParams(hetcomp, given)
  return hetcomp.lists(parsed, { ...world, teachers }, { teachers })
}

test('observed items: as many as the shortest history, the first by id or the best of the teacher', () => {
  const row = rowOf(0, all, [[[...all].reverse()]], new Float32Array(2))
  const draw = (given: object) => {
    const { size, draw } = listsOf(given).observed
    const out = new Uint32Array(size).fill(NO_ITEM)
    draw(row, out)
    return [...out]
  }
  expect(draw({})).toEqual([2, 5])
  expect(draw({ KP: 5 })).toEqual([2, 5, 9, NO_ITEM, NO_ITEM])
  expect(draw({ K: 25, observed: 'best' })).toEqual([9, 5])
  expect(draw({ K: 5, observed: 'best' })).toEqual([9])
})

test('the target is the list of the present snapshot, for several teachers what they agree on', () => {
  const out = new Uint32Array(3)
  const { draw } = listsOf({ K: 3 }).target
  draw(rowOf(0, all, [orders], Float32Array.of(1, 0.3)), out)
  expect([...out]).toEqual([4, 6, 0])
  // first of one, second and third of the other: 4 stands in both
  draw(rowOf(0, all, [orders, [[1, 4, 7, ...all], orders[0], orders[0]]], Float32Array.of(1, 0, 0, 0)), out)
  expect([...out]).toEqual([4, 1, 6])
})

test('the objective changes exactly when the mean snapshot reaches the last', () => {
  const scores = {
    observed: tf.tensor2d([[0.3, 1]]),
    target: tf.tensor2d([[1, 0.5, 2, -1, 0, 1, 1, 0.2, 0.1, 0]]),
  }
  const backgrounds = { others: tf.tensor2d([[1.5]]) }
  const lossAt = (stages: number[], teachers = 1) => {
    const input = {
      student: { scores, backgrounds },
      mask: { observed: tf.ones([1, 2]), target: tf.ones([1, 10]) },
      everyone: { stage: Float32Array.from(stages) },
      made: { teachers },
      params: parseParams(hetcomp, { K: 10 }),
    }
    return hetcomp.loss(input as never).dataSync()[0]
  }
  const overall = 2 * hetCompOverall(scores, backgrounds.others).dataSync()[0]
  const rankAware = hetCompRankAware(scores, backgrounds.others).dataSync()[0]
  expect(Math.abs(overall - rankAware)).toBeGreaterThan(1)
  expect(lossAt([2, 0.1, 1, 0.3])).toBeCloseTo(overall, 4)
  expect(lossAt([2, 0.1, 2, 0.3])).toBeCloseTo(rankAware, 4)
  // 1.995 and above is 2.00 to two decimals
  const users = (behind: number, of: number) =>
    Array.from({ length: of }, (_, n) => [n < behind ? 1 : 2, 0.5]).flat()
  expect(lossAt(users(1, 100))).toBeCloseTo(overall, 4)
  expect(lossAt(users(1, 1000))).toBeCloseTo(rankAware, 4)
  // of two teachers both must have been passed
  expect(lossAt([2, 1, 0, 0, 2, 2, 0, 0], 2)).toBeCloseTo(overall, 4)
  expect(lossAt([2, 2, 0, 0, 2, 2, 0, 0], 2)).toBeCloseTo(rankAware, 4)
})

test('the original form has no base loss and takes each user once', () => {
  const of = (given: object) => {
    const parsed = parseParams(hetcomp, given)
    const { over } = hetcomp
    return [typeof over === 'function' ? over(parsed) : over, hetcomp.base?.(parsed)]
  }
  expect(of({})).toEqual(['pairs', true])
  expect(of({ standalone: true })).toEqual(['users', false])
})

test('the default is the port for CiteULike, MF to MF; lists that do not fit are refused', () => {
  const { defaults, presets = [] } = hetcomp
  expect(parseParams(hetcomp)).toMatchObject(presets[0].params)
  expect(presets[0]).toMatchObject({ dataset: 'citeulike-t', teacher: 'mf', student: 'mf', ...defaults })
  const problems = (given: object) =>
    hetcomp.check?.(parseParams(hetcomp, given), { numUsers: 1, numItems: 60 })
  expect(problems({})).toEqual([])
  expect(problems({ K: 61 })).toEqual(['hetcomp.K: expected at most 60, the number of items, got 61'])
  expect(problems({ KP: 61 })).toEqual(['hetcomp.KP: expected at most 60, the number of items, got 61'])
  expect(problems({ k: 51 })).toEqual(['hetcomp.k: expected at most K = 50, got 51'])
})
