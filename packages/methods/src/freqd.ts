import { projectedGraphDistance, weightedSum } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { coOccurrenceGraph } from '@recdistill/samplers'
import { z } from 'zod'
import { filterRows } from './draws/graph-filter.ts'
import { networkAux, networksOf } from './experts/mean-networks.ts'
import { presets } from './presets/freqd.ts'

/**
 * Frequency-aware distillation: the student's vectors, projected, regress to the teacher's after both have passed a low-pass filter
 * over a graph of co-occurrence, so that what neighbours have in common counts most.
 *
 *     loss = D(users) + 0.5 (D(positives) + D(negatives))
 *     D = sum over the batch's distinct ids a of 1 - cos((H f(S))_a, (H T)_a)        or of the squared distance
 *     H = alpha A + (1 - alpha) Id
 *
 * f is the mean of several two-layer networks with dropout, users and items have their own. Of a student that propagates its
 * vectors, such as LightGCN, it reads the ones before, of the teacher those after. Edges are dropped anew at every step
 * and for users, positives and negatives apart. No decomposition of the graph is needed, and only rows that H can reach are projected.
 */
export default defineMethod({
  name: 'freqd',
  paper: {
    title: 'Exploring Feature-based Knowledge Distillation for Recommender System: A Frequency Perspective',
    venue: 'KDD 2025, arXiv 2411.10676',
    equations: 'low-pass graph filter on both sides of feature distillation',
  },
  params: z.object({
    alpha: z.number().min(0).max(1).default(0.5).describe('strength of the filter; 0 is plain regression'),
    neighbours: z.int().min(1).default(5).describe('most co-occurring others each node is joined with (K_n)'),
    keep: z
      .number()
      .min(0.01)
      .max(1)
      .default(0.5)
      .describe('chance of each edge to stay, anew at every step'),
    dropout: z.number().min(0).max(0.99).default(0.2).describe('rate of dropout before both layers'),
    norm: z.boolean().default(true).describe('compare directions; false compares vectors'),
    networks: z
      .int()
      .min(1)
      .max(1000)
      .default(5)
      .describe('networks whose mean projects the student’s vectors'),
    input: z
      .enum(['raw', 'scored'])
      .default('raw')
      .describe('the student’s vectors before its own graph, or those it scores with; the same for MF'),
  }),
  defaults: { lambda: 0.5, weightDecay: 1e-3 },
  presets,
  make: ({ neighbours: k }, { train, numItems }) => ({
    users: coOccurrenceGraph(train, { of: 'users', numItems, k }),
    items: coOccurrenceGraph(train, { of: 'items', numItems, k }),
  }),
  lists: () => ({}),
  rows: () => ({
    users: 'users',
    positives: 'positives',
    negatives: 'negatives',
    allUsers: { of: 'users', all: true },
    allItems: { of: 'items', all: true },
    rawUsers: { of: 'users', all: true, raw: true },
    rawItems: { of: 'items', all: true, raw: true },
  }),
  aux: ({ networks }, world) => networkAux(networks, world),
  over: 'users',
  loss({ student, teacher, ids, aux, made, params, rng }) {
    const distance = (of: 'users' | 'positives' | 'negatives') => {
      const [side, all] = of === 'users' ? (['users', 'allUsers'] as const) : (['items', 'allItems'] as const)
      const raw = of === 'users' ? 'rawUsers' : 'rawItems'
      const projected = student.rows[params.input === 'raw' ? raw : all]
      const own = rng.fork(of)
      const filter = filterRows(made[side], ids[of], params, own.fork('edges'))
      return projectedGraphDistance(projected, teacher.rows[all], filter, networksOf(aux, side), {
        cosine: params.norm,
        dropout: params.dropout > 0 ? { rate: params.dropout, words: (name) => own.fork(name) } : null,
      })
    }
    return weightedSum([
      [1, distance('users')],
      [0.5, distance('positives')],
      [0.5, distance('negatives')],
    ])
  },
})
