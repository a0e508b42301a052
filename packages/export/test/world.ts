import type { Csr } from '@recdistill/core'
import { createRng, groupByUser, sortRows } from '@recdistill/core'
import type { Deployable, ModelFacts } from '../src/index.ts'

/** A small model with vectors: ids of every awkward kind, users who saw nothing and much. */
export function vectorModel({ users = 60, items = 200, dim = 8, seed = 1 } = {}): Deployable & {
  readonly form: { readonly kind: 'vectors' }
} {
  const rng = createRng(seed)
  const normal = (length: number) => Float32Array.from({ length }, () => rng.normal())
  const awkward = ['a b', "O'Neil", 'tab\tand\nline', 'back\\slash', '日本🎬', '"quoted"', 'x,y']
  return {
    users: Array.from({ length: users }, (_, n) => awkward[n] ?? `u${n}`),
    items: Array.from({ length: items }, (_, n) => awkward[n] ?? `i${n}`),
    seen: seenRows({ users, items, seed }),
    form: { kind: 'vectors', dim, users: normal(users * dim), items: normal(items * dim) },
    facts: facts({ users, items, dim }),
  }
}

/** User `n` has seen up to 12 items, every seventh none. */
export function seenRows({ users, items, seed }: { users: number; items: number; seed: number }): Csr {
  const rng = createRng(seed).fork('seen')
  const pairs: [number, number][] = []
  for (let u = 0; u < users; u++) {
    const row = new Set(Array.from({ length: u % 7 === 0 ? 0 : 1 + rng.int(12) }, () => rng.int(items)))
    for (const item of row) pairs.push([u, item])
  }
  const column = (c: 0 | 1) => Uint32Array.from(pairs, (pair) => pair[c])
  return sortRows(groupByUser(users, column(0), column(1)))
}

export function facts({ users, items, dim }: { users: number; items: number; dim: number }): ModelFacts {
  const metrics = { 'recall@10': 0.1234, 'ndcg@10': 0.0567 }
  const run = {
    backbone: { name: 'mf', dim, params: {} },
    parameters: (users + items) * dim,
    valid: metrics,
    test: metrics,
  }
  return {
    name: 'rrd',
    createdBy: 'recdistill 0.0.0',
    model: {
      ...run,
      role: 'distilled',
      method: { name: 'rrd', params: { K: 40 }, lambda: 0.01 },
      optimizer: { lr: 0.001, weightDecay: 0.0001, batch: 1024 },
      seed: 0,
      epochs: 30,
      bestEpoch: 20,
    },
    teacher: { ...run, backbone: { name: 'mf', dim: dim * 10, params: {} }, parameters: run.parameters * 10 },
    seeds: [
      { seed: 0, valid: metrics, test: metrics },
      { seed: 1, valid: metrics, test: { ...metrics, 'ndcg@10': 0.0587 } },
    ],
    split: {
      dataset: 'example',
      sources: [{ file: '/home/ann/data/plays.csv', bytes: 1234, sha256: 'ab'.repeat(32) }],
      filters: [{ filter: 'k-core', users: 5, items: 0 }],
      rule: { rule: 'ratio', ratios: [0.8, 0.1, 0.1] },
      seed: 3,
      counts: { users, items, train: 300, valid: 40, test: 40 },
      hash: '0123456789abcdef'.repeat(4),
    },
    protocol: {
      name: 'rce-kd',
      mask: { test: ['train', 'valid'], valid: ['train'] },
      users: 'with-truth',
      coldItems: 'keep',
      candidates: { kind: 'catalogue' },
      ks: [10],
      select: 'ndcg@10',
    },
    data: { licence: 'CC0', citation: 'Ann, 2026', home: 'example.org' },
  }
}

/** The best items of a user by the plainest of loops, in double precision, seen ones left out. */
export function bestItems(
  model: Deployable,
  user: number,
  k: number,
  score: (user: number, item: number) => number = dot(model),
): { items: number[]; scores: number[] } {
  const { offsets, items: seen } = model.seen
  const row = new Set(seen.subarray(offsets[user], offsets[user + 1]))
  const all = model.items.map((_, item) => ({ item, score: score(user, item) }))
  const best = all
    .filter(({ item }) => !row.has(item))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, k)
  return { items: best.map(({ item }) => item), scores: best.map((each) => each.score) }
}

function dot({ form }: Deployable): (user: number, item: number) => number {
  if (form.kind !== 'vectors') throw new Error('expected vectors')
  const { dim, users, items } = form
  return (user, item) => {
    let sum = 0
    for (let d = 0; d < dim; d++) sum += users[user * dim + d] * items[item * dim + d]
    return sum
  }
}
