import { expect, test } from 'vitest'
import { failedModel, sampleModel, sampleResult } from '../test/sample-result.ts'
import { aggregate } from './aggregate.ts'
import { gapRecovered } from './gap-recovered.ts'
import { htmlReport } from './html/html-report.ts'

const ndcg = (value: number) => ({ 'ndcg@10': value })
const teacher = sampleModel('teacher', 'teacher', { test: ndcg(0.016) })
const scratch = sampleModel('scratch', 'scratch', { test: ndcg(0.01) })

test('gap recovered: none, half, all, more than all, less than nothing', () => {
  const at = (mean: number) => gapRecovered({ mean }, { mean: 1 }, { mean: 3 })
  expect([1, 2, 3, 4, 0].map(at)).toEqual([0, 0.5, 1, 1.5, -0.5])
})

test('without a gap there is nothing to recover', () => {
  expect(gapRecovered({ mean: 2 }, { mean: 3 }, { mean: 3 })).toBeNull()
  expect(gapRecovered({ mean: 2 }, { mean: 3 }, { mean: 1 })).toBeNull()
  expect(gapRecovered({ mean: 2 }, undefined, { mean: 3 })).toBeNull()
  expect(gapRecovered({ mean: 2 }, { mean: NaN }, { mean: 3 })).toBeNull()
})

test('seeds are averaged before the gap is taken; the deviation divides by n - 1', () => {
  const runs = [0.013, 0.014, 0.015].map((value, seed) =>
    sampleModel('rrd', 'distilled', { id: `rrd#${seed}`, seed, test: ndcg(value) }),
  )
  const { rows, notes } = aggregate(sampleResult([...runs, scratch, teacher]))
  expect(rows.map((row) => row.label)).toEqual(['teacher', 'scratch', 'rrd'])
  const rrd = rows[2]
  expect(rrd.seeds).toEqual([0, 1, 2])
  expect(rrd.test['ndcg@10'].mean).toBeCloseTo(0.014, 12)
  expect(rrd.test['ndcg@10'].sd).toBeCloseTo(0.001, 12)
  expect(rrd.test['ndcg@10'].n).toBe(3)
  expect(rrd.test['ndcg@10'].gap).toBeCloseTo(4 / 6, 12)
  expect(rows[1].test['ndcg@10']).toEqual({ mean: 0.01, sd: null, n: 1, gap: null })
  expect(notes).toEqual([])
})

test('how many times smaller than the teacher', () => {
  const { rows } = aggregate(sampleResult([teacher, scratch]))
  expect(rows.map((row) => row.compression)).toEqual([1, 20])
  expect(aggregate(sampleResult([scratch])).rows[0].compression).toBeNull()
})

test('a teacher that is imported is said to be, with whom it lacks; a size that is not known is none', () => {
  const imported = {
    form: 'top-K lists',
    source: { from: 'lists.csv' },
    files: [{ file: 'lists.csv', bytes: 9, sha256: 'abc' }],
    users: { known: 8, missing: 2, unused: 1 },
    items: { known: 5, missing: 0, unused: 0 },
    notes: ['40 entries'],
  }
  const brought = { ...teacher, parameters: 0, bytes: 0, imported }
  const { rows, notes } = aggregate(sampleResult([brought, scratch]))
  expect(rows.map((row) => [row.bytes, row.parameters])).toEqual([
    [NaN, NaN],
    [scratch.bytes, scratch.parameters],
  ])
  expect(rows.map((row) => row.compression)).toEqual([null, null])
  expect(notes).toEqual(['teacher is imported: top-K lists; it knows 8 of 10 users.'])
  const page = htmlReport(sampleResult([brought, scratch]))
  for (const words of ['imported, top-K lists', 'top-K lists; 40 entries', 'sha256 abc'])
    expect(page).toContain(words)
  const doubtful = { ...brought, imported: { ...imported, traps: ['it has met the test part'] } }
  expect(aggregate(sampleResult([doubtful, scratch])).notes).toContain(
    'Mind the teacher: it has met the test part.',
  )
})

test('a teacher that is not better is said, and its gap is left out, metric by metric', () => {
  const both = (recall: number, value: number) => ({ 'recall@10': recall, 'ndcg@10': value })
  const models = [
    sampleModel('teacher', 'teacher', { test: both(0.01, 0.03) }),
    sampleModel('scratch', 'scratch', { test: both(0.02, 0.01) }),
    sampleModel('rrd', 'distilled', { test: both(0.03, 0.02) }),
  ]
  const { rows, notes } = aggregate(sampleResult(models))
  expect(rows[2].test['recall@10'].gap).toBeNull()
  expect(rows[2].test['ndcg@10'].gap).toBeCloseTo(0.5, 12)
  expect(notes).toEqual([
    'teacher is not better than scratch on recall@10: there is no gap to recover, shown as –.',
  ])
})

test('a missing teacher or scratch is said once, and only where something was distilled', () => {
  const rrd = sampleModel('rrd', 'distilled')
  expect(aggregate(sampleResult([rrd, scratch])).notes[0]).toMatch(/needs a teacher/)
  expect(aggregate(sampleResult([rrd, teacher])).notes[0]).toMatch(/from scratch/)
  expect(aggregate(sampleResult([scratch])).notes).toEqual([])
  expect(aggregate(sampleResult([])).rows).toEqual([])
})

test('students of several sizes have rows of their own, each against its own scratch', () => {
  const sized = (label: string, role: 'scratch' | 'distilled', dim: number, value: number) =>
    sampleModel(label, role, {
      backbone: { name: 'mf', dim, params: {} },
      bytes: dim * 1000,
      test: ndcg(value),
    })
  const { rows } = aggregate(
    sampleResult([
      teacher,
      sized('scratch', 'scratch', 10, 0.006),
      sized('scratch', 'scratch', 20, 0.012),
      sized('rrd', 'distilled', 10, 0.011),
      sized('rrd', 'distilled', 20, 0.014),
      sized('rrd', 'distilled', 0, 0.013),
    ]),
  )
  expect(rows.map((row) => row.label)).toEqual([
    'teacher',
    'scratch (mf 10)',
    'scratch (mf 20)',
    'rrd (mf 10)',
    'rrd (mf 20)',
    'rrd (mf)',
  ])
  expect(rows[3].test['ndcg@10'].gap).toBeCloseTo(5 / 10, 12)
  expect(rows[4].test['ndcg@10'].gap).toBeCloseTo(2 / 4, 12)
})

test('numbers that are not finite are left out with a note', () => {
  const broken = sampleModel('rrd', 'distilled', { test: { 'ndcg@10': NaN, 'recall@10': 0.02 } })
  const { rows, notes } = aggregate(sampleResult([broken]))
  expect(Object.keys(rows[0].test)).toEqual(['recall@10'])
  expect(notes.at(-1)).toBe('rrd has no finite value for ndcg@10; left out.')
})

test('seeds that failed are in no mean, and it is said which and why; of a model whose seeds all failed nothing is known', () => {
  const failed = failedModel('rrd', { id: 'rrd#1', seed: 1 })
  const rrd = sampleModel('rrd', 'distilled', { test: ndcg(0.013) })
  const { rows, notes } = aggregate(sampleResult([teacher, scratch, failedModel('bd'), rrd, failed]))
  expect(rows.map(({ label, seeds, runs }) => [label, seeds, runs.length])).toEqual([
    ['teacher', [0], 1],
    ['scratch', [0], 1],
    ['bd', [], 1],
    ['rrd', [0], 2],
  ])
  expect(rows[3]).toMatchObject({ bytes: rrd.bytes, seconds: rrd.seconds.total, epochs: rrd.epochs })
  expect(rows[3].test['ndcg@10']).toEqual({
    mean: 0.013,
    sd: null,
    n: 1,
    gap: expect.closeTo(0.5, 12) as number,
  })
  expect(rows[2]).toMatchObject({
    bytes: NaN,
    parameters: NaN,
    compression: null,
    usersPerSecond: null,
    test: {},
  })
  expect(notes).toEqual([
    'bd, rrd#1 failed: the loss is NaN, at epoch 3, step 1.',
    'Numbers of rrd are of 1 of 2 seeds.',
  ])
})
