import type { ModelRun, RunRecord, RunResult } from '@recdistill/core'

/** A run with numbers that are easy to check; everything can be replaced. */
export function sampleModel(label: string, role: ModelRun['role'], given: Partial<ModelRun> = {}): ModelRun {
  const dim = role === 'teacher' ? 400 : 20
  return {
    id: label,
    role,
    label,
    method:
      role === 'distilled' ? { name: label, params: { K: 40, T: 10, weights: [1, 2] }, lambda: 0.05 } : null,
    backbone: { name: 'mf', dim, params: { init: 'normal' } },
    optimizer: { lr: 0.001, weightDecay: 0.001, batch: 2048 },
    seed: 0,
    parameters: dim * 30_400,
    bytes: dim * 30_400 * 4,
    epochs: 120,
    bestEpoch: 90,
    stopped: 'patience',
    cached: role === 'teacher',
    seconds: { lists: 1.25, steps: 60, evaluate: 9.5, total: 71 },
    valid: { 'recall@10': 0.05, 'ndcg@10': 0.03 },
    test: { 'recall@10': 0.025, 'ndcg@10': 0.014 },
    beyond: { 'coverage@10': 0.31, 'novelty@10': 9.87, 'gini@10': 0.84, 'lift@10': 0.52 },
    perUser: null,
    ranking: { usersPerSecond: 400 * (800 / dim), microsecondsPerUser: 1e6 / (400 * (800 / dim)) },
    curve: [],
    checkpoint: null,
    ...given,
  }
}

/** A student whose training met NaN. */
export function failedModel(label: string, given: Partial<ModelRun> = {}): ModelRun {
  return sampleModel(label, 'distilled', {
    parameters: 0,
    bytes: 0,
    epochs: 2,
    stopped: 'failed',
    valid: {},
    test: {},
    beyond: {},
    ranking: null,
    failed: 'the loss is NaN, at epoch 3, step 1',
    ...given,
  })
}

export function sampleResult(models: readonly ModelRun[], given: Partial<RunResult> = {}): RunResult {
  return {
    schema: 1,
    version: '0.1.0',
    startedAt: '2026-11-22T01:02:03Z',
    seconds: 402,
    config: { dataset: 'citeulike-t', methods: ['rrd', 'rce-kd'] },
    machine: {
      cpu: 'AMD EPYC',
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      platform: 'linux x64',
      node: '20.20.2',
      engine: { driver: 'cpu', threads: 2, simd: 'relaxed' },
    },
    split: {
      dataset: 'citeulike-t',
      sources: [{ file: 'users.dat', bytes: 1_234_567, sha256: 'ab'.repeat(32) }],
      filters: [{ filter: 'k-core', users: 5, items: 0 }],
      rule: { rule: 'ratio', ratios: [0.8, 0.1, 0.1], order: 'random' },
      seed: 0,
      counts: { users: 5219, items: 25_181, train: 98_405, valid: 12_451, test: 14_724 },
      hash: 'cd'.repeat(32),
    },
    protocol: {
      name: 'rce-kd',
      mask: { test: ['train'], valid: ['train'] },
      users: 'all',
      coldItems: 'keep',
      candidates: { kind: 'catalogue' },
      ks: [10, 20],
      select: 'ndcg@10',
    },
    models,
    ...given,
  }
}

/** A curve that rises to `height`, falls a little after its epoch number `best`, counted from 1, and carries losses. */
export function sampleCurve(epochs: number, best: number, height: number): RunRecord[] {
  return Array.from({ length: epochs }, (_, n) => {
    const epoch = n + 1
    const value = height * (1 - Math.exp((-4 * epoch) / best)) - Math.max(0, epoch - best) * height * 0.001
    return {
      epoch: n,
      loss: { base: 0.7 * Math.exp(-epoch / 40) + 0.1, kd: 2 * Math.exp(-epoch / 30) + 1 },
      seconds: { lists: 0.01, steps: 0.5, evaluate: 0.08 },
      valid: { 'ndcg@10': value, 'recall@10': value * 1.7 },
      best: epoch <= best,
    }
  })
}
