import { InputError, NO_ITEM, rowOf } from '@recdistill/core'
import { tf } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { createPlainMf, plainMf } from '../../test/plain-mf.ts'
import type { Backbone, BackboneContext } from '../backbone.ts'
import { backboneChecks, describeBackbone, plainFused, readBy } from './index.ts'

const engine = () => null

describeBackbone(plainMf, { engine })

/** A backbone whose fused losses are the plain formulas pulled back: right by construction. */
const withFused = (backbone: Backbone): Backbone => ({
  ...backbone,
  fused(loss, input, scale) {
    const scores = Object.fromEntries(
      readBy(loss).map((name) => [
        name,
        backbone.scoresOf(input.users, input.lists[name].items, input.lists[name].k),
      ]),
    )
    const { value, gradients } = plainFused(loss, input, scores)
    for (const name of readBy(loss)) {
      const { items, k } = input.lists[name]
      backbone.pullScores(
        input.users,
        items,
        k,
        Float32Array.from(gradients[name], (g) => scale * g),
      )
    }
    return value
  },
})

describeBackbone(
  {
    ...plainMf,
    name: 'plain-mf-fused',
    create: (context, { init }) => withFused(createPlainMf(context, init)),
  },
  { engine },
)

/** A model of users as a whole: what they have seen is pulled together, less what a coin leaves out. */
const ofUsers = (backbone: Backbone, { split, trainable }: BackboneContext): Backbone => ({
  ...backbone,
  base({ users, positives, negatives, negativesPerRow, rng }) {
    if (new Set(users).size < users.length) throw new Error('a user twice')
    if (positives.length + negatives.length + negativesPerRow > 0)
      throw new Error('pairs in a batch of users')
    if (!trainable) throw new Error('frozen')
    let loss = 0
    const coins = rng.fork('dropout')
    for (const user of users) {
      coins.at(user)
      for (const item of rowOf(split.train, user)) {
        if (coins.int(3) === 0) continue
        const [score] = backbone.scoresOf(Uint32Array.of(user), Uint32Array.of(item), 1)
        loss += (score - 1) ** 2
        backbone.pullScores(Uint32Array.of(user), Uint32Array.of(item), 1, Float32Array.of(2 * (score - 1)))
      }
    }
    return loss
  },
})

describeBackbone(
  {
    ...plainMf,
    name: 'plain-users',
    batches: 'users',
    create: (context, { init }) => ofUsers(createPlainMf(context, init), context),
  },
  { engine },
)

/** A model whose scores are no dot products of vectors. */
const withoutVectors = ({ flipped: _, ...backbone }: Backbone): Backbone => ({
  ...backbone,
  dim: 0,
  rowsOf() {
    throw new InputError('it has no vectors')
  },
})

describeBackbone(
  {
    ...plainMf,
    name: 'plain-raw',
    create(context, { init }) {
      const model = createPlainMf(context, init)
      return { ...model, rawRowsOf: model.rowsOf, pullRawRows: model.pullRows }
    },
  },
  { engine },
)

describeBackbone(
  {
    ...plainMf,
    name: 'plain-deep',
    vectors: false,
    create: (context, { init }) => withoutVectors(createPlainMf(context, init)),
  },
  { engine },
)

describeBackbone(
  {
    ...plainMf,
    name: 'plain-beside',
    vectors: false,
    rowDim: (dim) => dim,
    create(context, { init }) {
      const model = createPlainMf(context, init)
      return { ...withoutVectors(model), rowDim: model.dim, rowsOf: model.rowsOf }
    },
  },
  { engine },
)

const flipped = (change: (flipped: Backbone) => Partial<Backbone>) => (backbone: Backbone) => ({
  ...backbone,
  flipped() {
    const honest = backbone.flipped?.() as Backbone
    return { ...honest, ...change(honest) }
  },
})

const broken: [law: string, breakIt: (backbone: Backbone, context: BackboneContext) => Backbone][] = [
  ['says its sizes', (b) => ({ ...b, rowDim: b.dim })],
  [
    'a score is the dot product of its rows',
    (b) => ({ ...b, rowsOf: (of, ids) => b.rowsOf(of, ids).map((x) => 2 * x) }),
  ],
  [
    'a score is the dot product of its rows',
    (b) => ({ ...b, scoringRowsOf: (of, ids) => b.rowsOf(of, ids).map((x) => x + 1) }),
  ],
  [
    'places holding no item score 0',
    (b) => ({ ...b, scoresOf: (u, i, k) => b.scoresOf(u, i, k).map((x) => (x === 0 ? 1 : x)) }),
  ],
  [
    'rank agrees with a full sort, with and without exclusion',
    (b) => ({ ...b, rank: (u, k) => b.rank(u, k, null) }),
  ],
  [
    'equal scores rank smaller items first',
    (b) => ({
      ...b,
      rank(users, k, exclude) {
        const ranking = b.rank(users, k, exclude)
        return ranking.scores[0] === ranking.scores[1]
          ? { ...ranking, items: ranking.items.slice().reverse() }
          : ranking
      },
    }),
  ],
  [
    'positions are places in the ranking',
    (b) => ({ ...b, positionsOf: (u, i, k, e) => b.positionsOf(u, i, k, e).map((p) => p + 1) }),
  ],
  [
    'positions are places in the ranking',
    (b) => ({ ...b, itemsAt: (u, p, _, e) => p.map((at) => b.rank(u, b.numItems, e).items[at + 1]) }),
  ],
  [
    'gradient of the own objective agrees with finite differences',
    (b) => ({ ...b, base: (batch) => b.base(batch) * 1.1 }),
  ],
  [
    'the own objective sums over its rows',
    (b) => ({ ...b, base: (batch) => b.base(batch) / batch.users.length }),
  ],
  [
    'pullScores agrees with finite differences of scores',
    (b) => ({ ...b, pullScores: (u, i, k, g) => b.pullScores(u, i.map((x, n) => (n === 0 ? NO_ITEM : x)), k, g) }), // prettier-ignore
  ],
  [
    'pullRows agrees with finite differences of rows',
    (b) => ({ ...b, pullRows: (of, ids, g) => b.pullRows(of, ids, g.map((x) => -x)) }), // prettier-ignore
  ],
  [
    'pullRawRows agrees with finite differences of raw rows',
    (b) => ({ ...b, rawRowsOf: b.rowsOf, pullRawRows: (of, ids, g) => b.pullRows(of, ids.map(() => 0), g) }), // prettier-ignore
  ],
  ['pullRawRows agrees with finite differences of raw rows', (b) => ({ ...b, rawRowsOf: b.rowsOf })],
  [
    'gradients of several views add up',
    (b) => {
      let first = true
      return {
        ...b,
        begin: () => void (first = true),
        pullScores(u, i, k, g) {
          if (first) b.pullScores(u, i, k, g)
        },
        base(batch) {
          first = false
          return b.base(batch)
        },
      }
    },
  ],
  [
    'built-in losses by name equal their formulas, in value and gradient',
    (b) => {
      const fused = withFused(b)
      return { ...fused, fused: (loss, input) => fused.fused?.(loss, input, 1) ?? null }
    },
  ],
  [
    'scores are a tensor of the same numbers, and no other tensor is left',
    (b) => ({
      ...b,
      scores(users, items, k) {
        tf.scalar(1)
        return b.scores(users, items, k)
      },
    }),
  ],
  [
    'the same seed starts the same, another one does not',
    (_, context) => createPlainMf({ ...context, rng: context.rng.fork(String(Math.random())) }, 0.1),
  ],
  ['steps on one batch lower its loss', (b) => ({ ...b, update() {} })],
  [
    'a restored model goes on bit for bit',
    (b) => ({ ...b, restore: ({ parameters, step }) => b.restore({ parameters, step: step ?? 0 }) }),
  ],
  [
    'weight decay moves rows that get no gradient (TV-22)',
    (_, context) => createPlainMf({ ...context, optimizer: { lr: 1e-3, weightDecay: 0 } }, 0.1),
  ],
  [
    'after a step gradients are zero',
    (b) => ({
      ...b,
      begin: () => b.pullRows('users', Uint32Array.of(0), new Float32Array(b.dim).fill(1e-3)),
    }),
  ],
  [
    'a model that is not trainable ranks, and refuses to step',
    (_, context) => createPlainMf({ ...context, trainable: true }, 0.1),
  ],
  ['flipped, it has the same scores and vectors', flipped(({ numItems }) => ({ numUsers: numItems }))],
  [
    'flipped, it has the same scores and vectors',
    flipped((b) => ({ scoresOf: (items, users, k) => b.scoresOf(items, users, k).map((x) => x + 1) })),
  ],
  [
    'flipped, it has the same scores and vectors',
    flipped((b) => ({ rowsOf: (of, ids) => b.rowsOf(of === 'users' ? 'items' : 'users', ids) })),
  ],
  ['flipped, it ranks users for an item', flipped((b) => ({ rank: (items, k) => b.rank(items, k, null) }))],
  [
    'flipped, it ranks users for an item',
    flipped((b) => ({ positionsOf: (items, users, k, e) => b.positionsOf(items, users, k, e).fill(0) })),
  ],
  [
    'flipped, gradients reach the same parameters',
    flipped((b) => ({ pullScores: (items, users, k, g) => b.pullScores(items, users, k, g.map((x) => -x)) })), // prettier-ignore
  ],
  ['flipped, gradients reach the same parameters', flipped(() => ({ pullRows() {} }))],
  ['says its sizes', (b) => ({ ...b, dim: 0 })],
  ['says its sizes', (b) => ({ ...b, parameters: b.parameters - 1 })],
  [
    'says its sizes',
    (b) => {
      const { flipped: _, ...rest } = b
      return rest
    },
  ],
  ['restoring what does not fit is refused in words', (b) => ({ ...b, restore() {} })],
  [
    'NaN is an error that is found, in training and in ranking',
    (b) => ({
      ...b,
      update() {
        try {
          b.update()
        } catch {
          // looks away
        }
      },
    }),
  ],
]

test.each(broken)('a broken backbone is found: %s', async (law, breakIt) => {
  const definition = {
    ...plainMf,
    create: (context: BackboneContext, { init }: { init: number }) =>
      breakIt(createPlainMf(context, init), context),
  }
  const checks = backboneChecks(definition, { engine })
  const failed: string[] = []
  for (const { name, run } of checks) {
    try {
      await run()
    } catch {
      failed.push(name)
    }
  }
  expect(failed).toContain(law)
})
