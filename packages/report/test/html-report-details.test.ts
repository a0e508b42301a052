import type { RunResult } from '@recdistill/core'
import { describe, expect, test } from 'vitest'
import { htmlReport } from '../src/index.ts'
import { attribute, elementsOf, named, rowsOf, section, within, type Element } from './page-elements.ts'
import { failedModel, sampleCurve, sampleModel, sampleResult } from './sample-result.ts'

describe('little to show', () => {
  const visible = (page: string) =>
    page.replace(/<script[\s\S]*?<\/script>/g, '').replace(/<style[\s\S]*?<\/style>/g, '')
  const bare = sampleModel('scratch', 'scratch', { ranking: null, beyond: {}, curve: [] })
  const cases: [string, RunResult][] = [
    ['no models', sampleResult([])],
    ['one model, nothing but test metrics', sampleResult([bare])],
    ['one teacher', sampleResult([sampleModel('teacher', 'teacher')])],
    ['one distilled student alone', sampleResult([sampleModel('rrd', 'distilled')])],
    ['no metrics at all', sampleResult([{ ...bare, test: {}, valid: {} }])],
    ['a curve of one epoch', sampleResult([{ ...bare, curve: sampleCurve(1, 1, 0) }])],
    [
      'a curve without validation',
      sampleResult([
        {
          ...bare,
          curve: sampleCurve(9, 5, 1).map(({ loss, seconds, epoch }) => ({ loss, seconds, epoch })),
        },
      ]),
    ],
    ['a thousand epochs', sampleResult([{ ...bare, curve: sampleCurve(1000, 700, 0.02) }])],
    [
      'values that are no numbers',
      sampleResult([
        {
          ...bare,
          test: { 'ndcg@10': NaN, 'recall@10': Infinity },
          beyond: { 'gini@10': NaN },
          seconds: { lists: NaN, steps: 1, evaluate: 1, total: NaN },
          ranking: { usersPerSecond: Infinity, microsecondsPerUser: 0 },
        },
      ]),
    ],
    [
      'a teacher no better than scratch',
      sampleResult([
        sampleModel('teacher', 'teacher'),
        sampleModel('scratch', 'scratch'),
        sampleModel('rrd', 'distilled'),
      ]),
    ],
    ['a model of no bytes', sampleResult([{ ...bare, bytes: 0, parameters: 0 }])],
    [
      'a dozen methods',
      sampleResult(
        Array.from({ length: 12 }, (_, n) =>
          sampleModel(`method number ${n} with a long name`, 'distilled', {
            curve: sampleCurve(20, 10, 0.01 + n / 1000),
          }),
        ),
      ),
    ],
  ]
  test.each(cases)('%s', (_, result) => {
    const page = htmlReport(result)
    const elements = elementsOf(page)
    expect(visible(page)).not.toMatch(/NaN|undefined|Infinity|\[object|null/)
    expect(section(elements, 'provenance')).toBeDefined()
    for (const svg of named(elements, 'svg'))
      expect(within(svg, 'path').map((path) => attribute(path, 'd'))).not.toContain('')
    expect(page.length).toBeLessThan(300_000)
  })

  test('no gap is a dash with its reason', () => {
    const page = htmlReport(cases[9][1])
    expect(page).toContain('gap –')
    expect(page).toContain('teacher is not better than scratch on any metric')
  })
})

test('names of points stand above all dots and bars', () => {
  const page = htmlReport(
    sampleResult([
      sampleModel('teacher', 'teacher'),
      sampleModel('scratch', 'scratch'),
      sampleModel('rrd', 'distilled'),
    ]),
  )
  const plot = /<title>ndcg@10 by model size<\/title>.*?<\/svg>/s.exec(page)?.[0] ?? ''
  expect(plot.match(/<text\s+class="name"/g)).toHaveLength(3)
  expect(plot.search(/<text\s+class="name"/)).toBeGreaterThan(plot.lastIndexOf('<circle'))
})

test('epochs are counted from 1, as on the terminal, and have whole ticks', () => {
  const page = htmlReport(
    sampleResult([
      sampleModel('scratch', 'scratch', { epochs: 5, bestEpoch: 2, curve: sampleCurve(5, 3, 0.02) }),
    ]),
  )
  expect(page).toMatch(/scratch: [\d.]+ at epoch 3</)
  const training = page.slice(page.indexOf('id="training"'))
  expect(training).toMatch(/5<span class="sub"\s*>stopped early<\/span\s*>\s*<\/td>\s*<td>3<\/td>/)
  const curve = /<title>ndcg@10 \(validation\) by epoch<\/title>.*?<\/svg>/s.exec(page)?.[0] ?? ''
  const ticks = [...curve.matchAll(/text-anchor="middle"\s*>([\d.]+)</g)].map(([, tick]) => tick)
  expect(ticks).toEqual(['1', '2', '3', '4', '5'])
})

test('what a search over settings saw, the best first; failed ones and the configured one are named', () => {
  const settingsTried = [
    { values: { lr: 0.001, K: 20 }, valid: 0.02, epochs: 9, configured: true },
    { values: { lr: 0.01, K: 40 }, valid: 0.031, epochs: 27 },
    { values: { lr: 0.2 }, valid: null, epochs: 0 },
  ]
  const models = [sampleModel('rrd', 'distilled', { settingsTried })]
  const found = section(elementsOf(htmlReport(sampleResult(models))), 'settings') as Element
  expect(rowsOf(found).slice(1)).toEqual([
    ['0.0310', '27', 'lr=0.01 K=40'],
    ['0.0200', '9', 'lr=0.001 K=20 as configured'],
    ['failed', '0', 'lr=0.2'],
  ])
  const without = htmlReport(sampleResult([sampleModel('rrd', 'distilled')]))
  expect(section(elementsOf(without), 'settings')).toBeUndefined()
})

test('traps of split and protocol are said', () => {
  const base = sampleResult([
    sampleModel('scratch', 'scratch', {
      stopped: 'epochs',
      epochs: 5,
      bestEpoch: 4,
      curve: sampleCurve(5, 5, 0.02),
    }),
    sampleModel('rrd', 'distilled', {
      stopped: 'epochs',
      epochs: 5,
      bestEpoch: 2,
      curve: sampleCurve(5, 3, 0.02),
    }),
  ])
  const page = htmlReport({
    ...base,
    split: {
      ...base.split,
      rule: { rule: 'ratio', order: 'file' },
      counts: { ...base.split.counts, valid: 0 },
    },
    protocol: { ...base.protocol, candidates: { kind: 'sampled', negatives: 499, seed: 0 } },
  })
  for (const said of [
    /no validation part/,
    /order of the file/,
    /among 499 sampled items/,
    /Still improving when their epochs ended: scratch\. Train longer/,
  ])
    expect(page).toMatch(said)
})

test('a model that failed has its reason in place of numbers, and its training in the list', () => {
  const result = sampleResult([
    sampleModel('teacher', 'teacher'),
    sampleModel('scratch', 'scratch', { curve: sampleCurve(9, 5, 1) }),
    failedModel('rrd', { curve: sampleCurve(2, 2, 1) }),
  ])
  const elements = elementsOf(htmlReport(result))
  const [name, reason, ...costs] = rowsOf(section(elements, 'comparison')!).find(([cell]) =>
    cell.startsWith('rrd'),
  )!
  expect(name).toBe('rrd mf 20')
  expect(reason).toBe('failed: the loss is NaN, at epoch 3, step 1')
  expect(costs.every((cell) => cell === '–')).toBe(true)
  const training = rowsOf(section(elements, 'training')!).find(([cell]) => cell === 'rrd')!
  expect(training.slice(1, 4)).toEqual(['0', '2failed', '–'])
})
