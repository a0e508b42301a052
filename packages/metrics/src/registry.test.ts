import { expect, test } from 'vitest'
import { accuracyNames, beyondNames, metricNamed, metrics, parseMetric } from './index.ts'

test('the registry holds what accuracy and beyond name, each with formula and reference', () => {
  expect(accuracyNames).toEqual(['recall', 'ndcg', 'hr', 'precision', 'mrr', 'map'])
  expect(beyondNames).toEqual(['coverage', 'novelty', 'gini', 'lift', 'arp'])
  expect(Object.keys(metrics)).toEqual([...accuracyNames, ...beyondNames])
  for (const [name, metric] of Object.entries(metrics)) {
    expect(metric.name).toBe(name)
    expect(metric.formula.length).toBeGreaterThan(10)
    expect(metric.reference).toMatch(/\d{4}/)
  }
})

test('keys are a name and a cut-off', () => {
  expect(parseMetric('ndcg@10')).toEqual({ metric: metrics.ndcg, k: 10 })
  for (const wrong of ['ndcg', 'ndcg@', 'ndcg@0', 'ndcg@1.5', 'ndcg@-1', 'ndcg@10@20', '', '@10', 'ndcg@x'])
    expect(() => parseMetric(wrong)).toThrow(/such as ndcg@10|unknown metric/)
})

test('an unknown name gets the nearest, or all', () => {
  expect(() => metricNamed('recal')).toThrow('unknown metric "recal"; did you mean "recall"?')
  expect(() => metricNamed('serendipity')).toThrow(/there are recall, ndcg/)
  expect(() => metricNamed('toString')).toThrow(/unknown metric/)
})
