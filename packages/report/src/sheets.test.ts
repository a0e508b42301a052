import { expect, test } from 'vitest'
import { sampleModel, sampleResult } from '../test/sample-result.ts'
import { htmlReport, referenceSheet, sheetMarkdown, sheetText, significanceSheet } from './index.ts'
import type { SignificanceRow } from './index.ts'

const models = [
  sampleModel('teacher', 'teacher', { test: { 'recall@10': 0.03 } }),
  sampleModel('rrd', 'distilled', { test: { 'recall@10': 0.0252 } }),
]
const reference = {
  source: 'a paper | Table 1',
  notes: ['<five> runs'],
  values: { teacher: { 'recall@10': 0.03 }, rrd: { 'recall@10': 0.024 }, unknown: { 'recall@10': 0.02 } },
}
const result = { ...sampleResult(models), reference }

test('numbers of others stand beside ours with the difference, and those of models we do not have stand alone', () => {
  const sheet = referenceSheet(result)
  expect(sheet?.rows).toEqual([
    ['teacher', '0.0300 / 0.0300 / 0 %'],
    ['rrd', '0.0252 / 0.0240 / +5.0 %'],
    ['unknown', '– / 0.0200'],
  ])
  expect(sheet?.head).toEqual(['model', 'recall@10'])
  expect(sheet?.notes).toEqual(['In each cell: ours / theirs / difference.', '<five> runs'])
  expect(referenceSheet(sampleResult(models))).toBeNull()
})

test('a sheet is the same table in a terminal, in Markdown and in the report, with every name escaped', () => {
  const sheet = referenceSheet(result)!
  expect(sheetText(sheet)).toMatch(/rrd +0.0252 \/ 0.0240 \/ \+5.0 %/)
  expect(sheetMarkdown(sheet)).toContain('a paper \\| Table 1')
  expect(sheetMarkdown(sheet)).toContain('&lt;five&gt; runs')
  expect(htmlReport(result)).toContain('five')
  expect(htmlReport(result)).not.toContain('<five>')
  expect(htmlReport(result)).toContain('href="#reference"')
})

const row = (over: 'users' | 'seeds', metric: string): SignificanceRow => ({
  metric,
  a: 'rce-kd',
  b: 'rrd',
  over,
  n: 5,
  difference: 0.0012,
  interval: over === 'users' ? { low: 0.0005, high: 0.002, confidence: 0.95 } : null,
  t: { p: 0.01, adjusted: 0.02 },
  wilcoxon: { p: 0.03, adjusted: 0.0625 },
})

test('significance is over seeds where there are several, else over users with an interval', () => {
  const both = significanceSheet([row('users', 'ndcg@10'), row('seeds', 'ndcg@10')], ['ndcg@10'])
  expect(both?.title).toBe('Significance over seeds')
  expect(both?.rows).toEqual([['rce-kd − rrd', 'ndcg@10', '5', '+0.0012', '0.020', '0.063']])
  const users = significanceSheet([row('users', 'ndcg@10')], ['ndcg@10'])
  expect(users?.rows[0]).toContain('0.0005 … 0.0020 (95 %)')
  expect(significanceSheet([row('users', 'ndcg@10')], ['recall@10'])).toBeNull()
  const far = { ...row('users', 'ndcg@10'), b: 'far', difference: 0.5 }
  const short = significanceSheet([far, row('users', 'ndcg@10')], ['ndcg@10'], { most: 1 })
  expect(short?.rows.map(([name]) => name)).toEqual(['rce-kd − rrd'])
  expect(short?.notes).toContain('1 more in the report.')
})

test('rows that are always shown stand first and are not counted', () => {
  const rows = ['scratch', 'far', 'near'].map((b) => ({
    ...row('users', 'ndcg@10'),
    n: 200,
    b,
    difference: b === 'near' ? 0.01 : 0.5,
  }))
  const always = ({ b }: SignificanceRow) => b === 'scratch'
  const sheet = significanceSheet(rows.reverse(), ['ndcg@10'], { most: 1, always })
  expect(sheet?.rows.map(([name]) => name)).toEqual(['rce-kd − scratch', 'rce-kd − near'])
  expect(sheet?.notes).toEqual([expect.stringContaining('Holm'), '1 more in the report.'])
})

test('where Wilcoxon’s test cannot tell whatever the values, a note says how many pairs it takes', () => {
  const over = (n: number, comparisons: number) => {
    const rows = Array.from({ length: comparisons }, () => ({ ...row('seeds', 'ndcg@10'), n }))
    expect(htmlReport(result, { significance: rows }).includes('at the least')).toBe(
      significanceSheet(rows, ['ndcg@10'])!.notes.length > 1,
    )
    return significanceSheet(rows, ['ndcg@10'])!.notes.slice(1)
  }
  // 2^(1 - n): 0.5, 0.25, 0.125, 0.0625, 0.03125
  expect(over(2, 1)).toEqual([
    'With 2 pairs Wilcoxon’s p is 0.500 at the least, whatever the values; below 0.05 takes 6 pairs.',
  ])
  expect(over(5, 1)[0]).toMatch(/p is 0\.063 at the least, .* takes 6 pairs/)
  expect(over(6, 1)).toEqual([])
  expect(over(3, 3)[0]).toMatch(
    /p is 0\.250 at the least, 0\.750 with the correction for 3 comparisons, .* 7 pairs/,
  )
  expect(over(6, 3)[0]).toMatch(/p is 0\.031 at the least, 0\.094 with/)
  expect(over(7, 3)).toEqual([])
})
