import { createRng, type ModelRun } from '@recdistill/core'
import { expect, test } from 'vitest'
import { compareModels, comparePairs } from './compare-models.ts'

const rng = createRng(3)
const noise = Array.from({ length: 200 }, () => rng.float())
const model = (label: string, role: ModelRun['role'], seed: number, gain: number, users = true) =>
  ({
    label,
    role,
    seed,
    test: { 'ndcg@10': 0.1 + gain + seed * 0.001 },
    perUser: users ? { 'ndcg@10': noise.map((value, n) => value + gain * (1 + (n % 3))) } : null,
  }) as unknown as ModelRun

test('each method with scratch, the best with the others; over users and over shared seeds', () => {
  const models = [0, 1, 2].flatMap((seed) => [
    model('teacher', 'teacher', seed, 0.2),
    model('scratch', 'scratch', seed, 0),
    model('rrd', 'distilled', seed, 0.05 + seed * 0.01),
    model('rce-kd', 'distilled', seed, 0.1),
  ])
  const found = compareModels(models)
  const named = found.map(({ a, b, over }) => `${a} ${b} ${over}`)
  expect(named).toEqual([
    'rrd scratch users',
    'rce-kd scratch users',
    'rce-kd rrd users',
    'rrd scratch seeds',
    'rce-kd scratch seeds',
    'rce-kd rrd seeds',
  ])
  expect(found[0]).toMatchObject({ n: 200, metric: 'ndcg@10' })
  expect(found[0].interval!.low).toBeGreaterThan(0)
  expect(found[3]).toMatchObject({ n: 3, interval: null })
  expect(found[3].difference).toBeCloseTo(0.06, 12)
  for (const { t, wilcoxon } of found) {
    expect(t.adjusted).toBeGreaterThanOrEqual(t.p)
    expect(wilcoxon.adjusted).toBeGreaterThanOrEqual(wilcoxon.p)
  }
})

test('seeds that failed take no part, and those of the others are compared', () => {
  const models = [0, 1, 2].flatMap((seed) => [
    model('scratch', 'scratch', seed, seed * 0.01),
    seed === 1
      ? { ...model('rrd', 'distilled', seed, 0), failed: 'NaN', test: {}, perUser: null }
      : model('rrd', 'distilled', seed, 0.05),
  ])
  const found = compareModels(models)
  expect(found.map(({ a, b, over, n }) => [a, b, over, n])).toEqual([
    ['rrd', 'scratch', 'users', 200],
    ['rrd', 'scratch', 'seeds', 2],
  ])
  expect(found[1].difference).toBeCloseTo((0.05 + 0.05 - 0.02) / 2, 12)
})

test('pairs that are named are tested like those that a result has', () => {
  const seedsOf = (label: string, role: ModelRun['role'], gain: number) =>
    [0, 1, 2].map((seed) => model(label, role, seed, gain + seed * gain))
  const [scratch, rrd] = [seedsOf('scratch', 'scratch', 0), seedsOf('rrd', 'distilled', 0.05)]
  const metrics = ['ndcg@10']
  expect(comparePairs([[rrd, scratch]], { metrics })).toEqual(
    compareModels([...scratch, ...rrd], { metrics }),
  )
  const other = seedsOf('rrd (b)', 'distilled', 0.1)
  const both = comparePairs(
    [
      [other, rrd],
      [rrd, scratch],
    ],
    { metrics },
  )
  expect(both.map(({ a, b, over }) => `${a} ${b} ${over}`)).toEqual([
    'rrd (b) rrd users',
    'rrd scratch users',
    'rrd (b) rrd seeds',
    'rrd scratch seeds',
  ])
  expect(comparePairs([[rrd, scratch]], { metrics: ['hr@5'] })).toEqual([])
})

test('one seed and no users kept: nothing to say', () => {
  expect(
    compareModels([model('scratch', 'scratch', 0, 0, false), model('rrd', 'distilled', 0, 1, false)]),
  ).toEqual([])
  expect(compareModels([])).toEqual([])
  expect(compareModels([model('rrd', 'distilled', 0, 1)], { metrics: ['hr@5'] })).toEqual([])
})
