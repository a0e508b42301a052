import { expect, test } from 'vitest'
import { failedModel, sampleModel, sampleResult } from '../test/sample-result.ts'
import { terminalTable } from './terminal-table.ts'

const both = (recall: number, ndcg: number) => ({ 'recall@10': recall, 'ndcg@10': ndcg })
const models = [
  sampleModel('teacher', 'teacher', { test: both(0.03, 0.016) }),
  sampleModel('scratch', 'scratch', { test: both(0.02, 0.01) }),
  sampleModel('rrd', 'distilled', { test: both(0.0293, 0.0154) }),
]

test('one line a model, the gap under each metric of a distilled one', () => {
  const lines = terminalTable(sampleResult(models)).split('\n')
  expect(lines).toHaveLength(6)
  expect(lines[0]).toBe('citeulike-t, test part, protocol rce-kd')
  const cells = lines.slice(1).map((line) => line.trim().split(/\s{2,}/))
  expect(cells).toEqual([
    ['model', 'size', 'smaller', 'users/s', 'recall@10', 'ndcg@10'],
    ['teacher', '46.4 MiB', '800', '0.0300', '0.0160'],
    ['scratch', '2.3 MiB', '20×', '16.0 k', '0.0200', '0.0100'],
    ['rrd', '2.3 MiB', '20×', '16.0 k', '0.0293', '0.0154'],
    ['gap 93 %', 'gap 90 %'],
  ])
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
})

test('columns line up at the right', () => {
  const [head, ...rows] = terminalTable(sampleResult(models)).split('\n').slice(1)
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head.length]))
})

test('colours only when asked', () => {
  const escape = String.fromCharCode(27)
  expect(terminalTable(sampleResult(models))).not.toContain(escape)
  const coloured = terminalTable(sampleResult(models), { color: true })
  expect(coloured).toContain(`${escape}[32mgap 93 %`)
})

test('several seeds show their spread; chosen metrics replace the headline', () => {
  const again = models.map((model) =>
    sampleModel(model.label, model.role, {
      seed: 1,
      test: both(model.test['recall@10'] + 0.002, model.test['ndcg@10']),
    }),
  )
  const table = terminalTable(sampleResult([...models, ...again]), { metrics: ['recall@10'] })
  expect(table).toContain('0.0310 ±0.0014')
  expect(table).toContain('rrd ×2')
  expect(table).not.toContain('ndcg@10')
})

test('a gap that is not there is a dash with a note, never a number', () => {
  const upside = [
    sampleModel('teacher', 'teacher', { test: both(0.01, 0.01) }),
    sampleModel('scratch', 'scratch', { test: both(0.02, 0.02) }),
    sampleModel('rrd', 'distilled', { test: both(0.03, 0.03) }),
  ]
  const table = terminalTable(sampleResult(upside))
  expect(table).toContain('gap –')
  expect(table).toContain('teacher is not better than scratch on any metric')
  expect(table).not.toMatch(/gap .*%/)
})

test('names cannot steer the terminal', () => {
  const evil = sampleModel('\u001b[2Jx\u0007\u202ey\n', 'scratch')
  const table = terminalTable(sampleResult([evil]))
  expect(table).toContain('[2Jxy')
  expect(table).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
})

test('no models, and models without metrics or timing', () => {
  expect(terminalTable(sampleResult([])).split('\n')).toHaveLength(2)
  const bare = sampleModel('scratch', 'scratch', { test: {}, ranking: null })
  const table = terminalTable(sampleResult([bare]))
  expect(table).toContain('scratch')
  expect(table).not.toMatch(/NaN|undefined|users\/s/)
})

test('a model that failed has no numbers, and of seeds that did it is said how many are left', () => {
  const again = models.map((model) => ({ ...model, seed: 1 }))
  const table = terminalTable(
    sampleResult([
      ...models,
      ...again.slice(0, 2),
      failedModel('rrd', { id: 'rrd#1', seed: 1 }),
      failedModel('bd'),
    ]),
  )
  expect(table).toMatch(/^rrd ×1 of 2 .* 0\.0154$/m)
  expect(table).toMatch(/^bd ×0 of 1 +– +– +– +failed +failed$/m)
  expect(table).toContain('rrd#1, bd failed: the loss is NaN, at epoch 3, step 1.')
})
