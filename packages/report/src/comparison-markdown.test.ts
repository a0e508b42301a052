import { expect, test } from 'vitest'
import { failedModel, sampleModel, sampleResult } from '../test/sample-result.ts'
import { markdownTable } from './comparison-markdown.ts'

const cellsOf = (markdown: string) =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

test('every metric, the gap in brackets', () => {
  const markdown = markdownTable(
    sampleResult([
      sampleModel('teacher', 'teacher', { test: { 'ndcg@10': 0.016 } }),
      sampleModel('scratch', 'scratch', { test: { 'ndcg@10': 0.01 } }),
      sampleModel('rrd', 'distilled', { test: { 'ndcg@10': 0.0154 } }),
    ]),
  )
  expect(cellsOf(markdown)).toEqual([
    ['model', 'parameters', 'size', 'smaller', 'users/s', 'ndcg@10'],
    [':---------', '---------:', '-------:', '------:', '------:', '------------:'].map((rule) =>
      expect.stringMatching(rule.startsWith(':') ? /^:-+$/ : /^-+:$/),
    ),
    ['teacher', '12.2 M', '46.4 MiB', '', '800', '0.0160'],
    ['scratch', '608 k', '2.3 MiB', '20×', '16.0 k', '0.0100'],
    ['rrd', '608 k', '2.3 MiB', '20×', '16.0 k', '0.0154 (90 %)'],
  ])
  expect(markdown).toContain('split cdcdcdcdcdcd')
})

test('several seeds have a deviation', () => {
  const runs = [0.01, 0.012].map((value, seed) =>
    sampleModel('scratch', 'scratch', { seed, test: { 'ndcg@10': value } }),
  )
  expect(markdownTable(sampleResult(runs))).toContain('0.0110 ± 0.0014')
  expect(markdownTable(sampleResult(runs))).toContain('2 seeds (mean ± sd)')
})

test('names stay text: bars, tags, links, line ends', () => {
  const markdown = markdownTable(sampleResult([sampleModel('a|b <img src=x> [l](u) *c*\nd', 'scratch')]))
  const [, , row] = cellsOf(markdown)
  expect(row).toHaveLength(7)
  expect(row[0]).toBe('a\\|b &lt;img src=x&gt; \\[l\\](u) \\*c\\* d')
})

test('no models', () => {
  expect(cellsOf(markdownTable(sampleResult([])))).toHaveLength(2)
})

test('a model that failed has no numbers, and why stands below', () => {
  const markdown = markdownTable(
    sampleResult([sampleModel('teacher', 'teacher', { test: { 'ndcg@10': 0.016 } }), failedModel('rrd')]),
  )
  expect(cellsOf(markdown)[3]).toEqual(['rrd', '–', '–', '–', '–', 'failed'])
  expect(markdown).toContain('- rrd failed: the loss is NaN, at epoch 3, step 1.')
})
