import { createHash } from 'node:crypto'
import type { ModelRun, RunResult } from '@recdistill/core'
import { describe, expect, test } from 'vitest'
import { htmlReport, type SignificanceRow } from '../src/index.ts'
import { attribute, elementsOf, named, rowsOf, section, textOf, within } from './page-elements.ts'
import { sampleCurve, sampleModel, sampleResult } from './sample-result.ts'

const value = (ndcg: number, recall: number) => ({ 'recall@10': recall, 'ndcg@10': ndcg, 'mrr@10': ndcg / 2 })
const seeds = (label: string, role: ModelRun['role'], ndcg: number, given: Partial<ModelRun> = {}) =>
  [0, 1].map((seed) =>
    sampleModel(label, role, {
      id: seed === 0 ? label : `${label}#${seed}`,
      seed,
      test: value(ndcg + seed * 0.001, 2 * ndcg),
      curve: sampleCurve(40, 30, ndcg),
      ...given,
    }),
  )
const full = sampleResult([
  ...seeds('teacher', 'teacher', 0.016, { curve: [] }),
  ...seeds('scratch', 'scratch', 0.01),
  ...seeds('rrd', 'distilled', 0.013),
  ...seeds('rce-kd', 'distilled', 0.0157),
])
const significance: SignificanceRow[] = [
  {
    metric: 'ndcg@10',
    a: 'rce-kd',
    b: 'scratch',
    over: 'users',
    n: 5219,
    difference: 0.0057,
    interval: { low: 0.004, high: 0.0074, confidence: 0.95 },
    t: { p: 1e-6, adjusted: 2e-6 },
    wilcoxon: { p: 0.01, adjusted: 0.02 },
  },
  {
    metric: 'ndcg@10',
    a: 'rrd',
    b: 'scratch',
    over: 'seeds',
    n: 2,
    difference: -0.003,
    interval: null,
    t: { p: 0.2, adjusted: 0.2 },
    wilcoxon: null,
  },
]

test('tiles compare with the scratch student of the same size and the largest teacher, as the table does', () => {
  const sized = (label: string, role: ModelRun['role'], dim: number, ndcg: number, speed: number) =>
    sampleModel(label, role, {
      id: `${label}-${dim}`,
      backbone: { name: 'mf', dim, params: {} },
      bytes: dim * 1024,
      test: value(ndcg, 2 * ndcg),
      ranking: { usersPerSecond: speed, microsecondsPerUser: 1e6 / speed },
    })
  const result = sampleResult([
    sized('teacher', 'teacher', 64, 0.03, 400),
    sized('teacher', 'teacher', 512, 0.05, 100),
    sized('scratch', 'scratch', 8, 0.01, 1000),
    sized('scratch', 'scratch', 32, 0.02, 500),
    sized('rrd', 'distilled', 32, 0.04, 500),
  ])
  const tiles = elementsOf(htmlReport(result)).filter((one) => attribute(one, 'class') === 'tile')
  expect(tiles.map(textOf)).toEqual([
    '0.0400ndcg@10 of rrd, the best distilled student',
    '67 %of the gap between scratch (mf 32) and teacher (mf 512) recovered',
    '+100 %ndcg@10 against the same student from scratch',
    '16×smaller than the teacher: 32.0 KiB for 512 KiB',
    '5.0×the ranking speed of the teacher',
  ])
})

describe('a full report', () => {
  const page = htmlReport(full, { significance, warnings: ['Known trap.'] })
  const elements = elementsOf(page)

  test('is well-formed, in a language, ready for phones', () => {
    expect(named(elements, 'html')[0].attrs).toEqual([{ name: 'lang', value: 'en' }])
    expect(elements.some((one) => attribute(one, 'name') === 'viewport')).toBe(true)
    const ids = elements.flatMap((one) => attribute(one, 'id') ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    for (const label of named(elements, 'label')) expect(ids).toContain(attribute(label, 'for'))
  })

  test('loads nothing, and its policy lets only its own script run', () => {
    for (const element of elements) {
      for (const name of ['src', 'srcset', 'action', 'data', 'poster'])
        expect(attribute(element, name)).toBeUndefined()
      expect(attribute(element, 'href') ?? '#').toMatch(/^#/)
      expect(element.attrs.filter((one) => one.name.startsWith('on'))).toEqual([])
      expect(element.tagName).not.toMatch(/^(link|iframe|object|embed|base|img|form)$/)
    }
    expect(page).not.toMatch(/url\(|@import/)
    const scripts = named(elements, 'script').filter((one) => attribute(one, 'type') === undefined)
    expect(scripts).toHaveLength(1)
    const [source] = scripts[0].childNodes
    const hash = createHash('sha256')
      .update('value' in source ? source.value : '')
      .digest('base64')
    const policy = elements.find((one) => attribute(one, 'http-equiv') === 'Content-Security-Policy')!
    expect(attribute(policy, 'content')).toBe(
      `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`,
    )
  })

  test('compares mean, deviation and gap by hand', () => {
    const [head, teacher, scratch, rrd, rceKd] = rowsOf(section(elements, 'comparison')!)
    expect(head).toEqual(['model', 'recall@10', 'ndcg@10', 'parameters', 'size', 'smaller', 'ranking'])
    expect(teacher[0]).toBe('teacher mf 400, 2 seeds')
    expect(teacher[2]).toBe('0.0165± 0.0007')
    expect(scratch[1]).toBe('0.0200± 0.0000')
    expect(scratch.slice(3, 6)).toEqual(['608 k', '2.3 MiB', '20×'])
    expect(scratch[6]).toBe('16.0 k users/s63 µs a user')
    // (0.0135 - 0.0105) / (0.0165 - 0.0105) and (0.0162 - 0.0105) / 0.006.
    expect(rrd[2]).toBe('0.0135± 0.0007gap 50 %')
    expect(rceKd[2]).toBe('0.0162± 0.0007gap 95 %')
  })

  test('the answer stands first', () => {
    const tiles = elements.filter((one) => attribute(one, 'class') === 'tile').map(textOf)
    expect(tiles).toEqual([
      '0.0162ndcg@10 of rce-kd, the best distilled student',
      '95 %of the gap between scratch and teacher recovered',
      '+54 %ndcg@10 against the same student from scratch',
      '20×smaller than the teacher: 2.3 MiB for 46.4 MiB',
      '20×the ranking speed of the teacher',
    ])
  })

  test('curves of every followed metric and loss, the selecting one shown first', () => {
    const curves = section(elements, 'curves')!
    const labels = within(curves, 'label').map(textOf)
    expect(labels).toEqual([
      'ndcg@10 (validation)',
      'recall@10 (validation)',
      'base loss',
      'distillation loss',
    ])
    const checked = within(curves, 'input').filter((one) => attribute(one, 'checked') !== undefined)
    expect(checked.map((one) => attribute(one, 'id'))).toEqual(['curve-0'])
    const plots = within(curves, 'svg')
    expect(plots.map((plot) => attribute(plot, 'aria-label'))).toEqual(
      labels.map((name) => `${name} by epoch`),
    )
    // Three models with curves, two seeds each; the teacher is a dotted level.
    const paths = within(plots[0], 'path')
    expect(paths).toHaveLength(6)
    const lines = within(plots[0], 'line').filter((one) => attribute(one, 'class') === 'level')
    expect(lines).toHaveLength(1)
    const names = within(plots[0], 'text').filter((one) => attribute(one, 'class') === 'name')
    expect(names.map(textOf).sort()).toEqual(['rce-kd', 'rrd', 'scratch', 'teacher'])
  })

  test('quality against size and latency, one point a model, titled', () => {
    const plots = within(section(elements, 'trade-offs')!, 'svg')
    expect(plots).toHaveLength(4)
    for (const plot of plots) expect(within(plot, 'circle')).toHaveLength(4)
    expect(within(plots[0], 'title').map(textOf)).toContain('rrd: 0.0260, model size 2.3 MiB')
    expect(within(plots[1], 'title').map(textOf)).toContain('teacher: 0.0320, ranking time of a user 1.3 ms')
  })

  test('recommendations, significance, training, provenance', () => {
    expect(rowsOf(section(elements, 'recommendations')!)[1]).toEqual([
      'teacher',
      '31 %',
      '9.8700',
      '0.8400',
      '+52 %',
    ])
    const found = rowsOf(section(elements, 'significance')!)
    expect(found[1]).toEqual([
      'rce-kd against scratch',
      'ndcg@10',
      '5,219 users',
      '+0.0057',
      '0.0040 … 0.007495 %',
      '2.0e-6',
      '0.020',
      'better',
    ])
    expect(found[2].slice(2)).toEqual(['2 seeds', '−0.0030', '–', '0.200', '–', 'no difference shown'])
    expect(rowsOf(section(elements, 'training')!)).toHaveLength(1 + 8)
    const provenance = textOf(section(elements, 'provenance')!)
    for (const part of [
      'cd'.repeat(32),
      'users.dat, 1.2 MiB',
      'AMD EPYC, 2 cores',
      'relaxed SIMD',
      '"citeulike-t"',
    ])
      expect(provenance).toContain(part)
    expect(textOf(elements.find((one) => attribute(one, 'class') === 'notice')!)).toContain('Known trap.')
  })

  test('the raw result comes back whole, per-user values to six decimals', () => {
    const models = full.models.map((model) => ({ ...model, perUser: { 'ndcg@10': [1 / 3, 0, 1] } }))
    const embedded = named(elementsOf(htmlReport({ ...full, models })), 'script').find(
      (one) => attribute(one, 'id') === 'result',
    )!
    const [text] = embedded.childNodes
    const back = JSON.parse('value' in text ? text.value : '') as RunResult
    expect(back).toEqual({
      ...full,
      models: models.map((model) => ({ ...model, perUser: { 'ndcg@10': [0.333333, 0, 1] } })),
    })
  })
})

test('names from outside are text wherever they appear', () => {
  const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)></style></title>&lt;\u0000`
  const model = (role: ModelRun['role']) =>
    sampleModel(evil, role, {
      id: `${evil}${role}`,
      method: { name: evil, params: { [evil]: evil }, lambda: 1 },
      backbone: { name: evil, dim: role === 'teacher' ? 40 : 2, params: { [evil]: [evil] } },
      test: { [evil]: 0.1, 'ndcg@10': role === 'teacher' ? 0.3 : 0.2 },
      beyond: { [evil]: 0.1, [`cold.${evil}`]: 0.2 },
      curve: [{ ...sampleCurve(1, 1, 1)[0], valid: { [evil]: 0.5 } }],
    })
  const base = sampleResult([model('teacher'), model('scratch'), model('distilled')])
  const result: RunResult = {
    ...base,
    version: evil,
    startedAt: evil,
    config: { [evil]: evil },
    machine: { ...base.machine, cpu: evil, platform: evil, node: evil },
    split: {
      ...base.split,
      dataset: evil,
      hash: evil,
      rule: { [evil]: evil },
      filters: [{ [evil]: evil }],
      sources: [{ file: evil, bytes: 1, sha256: evil }],
    },
    protocol: { ...base.protocol, name: evil, select: evil },
  }
  const rows = significance.map((row) => ({ ...row, a: evil, b: evil, metric: evil }))
  const elements = elementsOf(htmlReport(result, { warnings: [evil], significance: rows }))
  expect(named(elements, 'script')).toHaveLength(2)
  expect(named(elements, 'img')).toEqual([])
  expect(named(elements, 'title').length).toBeGreaterThan(1)
  expect(elements.flatMap((one) => one.attrs).filter((one) => one.name.startsWith('on'))).toEqual([])
  expect(textOf(named(elements, 'h1')[0])).toContain('<script>alert(1)</script>')
})
