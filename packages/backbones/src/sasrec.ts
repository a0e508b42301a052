import { InputError } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import { defineBackbone, type BackboneContext } from '@recdistill/plugin'
import { z } from 'zod'
import { initTable, initUniform } from './init-table.ts'
import { norm, sasrecBlock } from './sequence/sasrec-block.ts'
import { sequenceBackbone } from './sequence/sequence-backbone.ts'
import type { SequenceLayers } from './sequence/sequence-encoder.ts'
import { termDropout } from './step-encoders.ts'

const params = z.object({
  length: z.int().min(1).default(50).describe("items of a user's history that are read, the last ones (n)"),
  blocks: z.int().min(1).default(2).describe('blocks (b)'),
  heads: z.int().min(1).default(1).describe('heads of attention; they divide dim'),
  dropout: z.number().min(0).lt(1).default(0.5).describe('share of input and layers left out in training'),
  termDropout,
  loss: z
    .enum(['bce', 'softmax'])
    .default('bce')
    .describe('of the next item: against unseen items one by one, or a softmax against items of all kinds'),
  drawn: z.int().min(1).default(1).describe('items drawn for each position in its own objective'),
  temperature: z.number().positive().default(1).describe('of the softmax in its own objective'),
  reduction: z
    .enum(['mean', 'sum'])
    .default('mean')
    .describe('of its own objective over the positions of a batch'),
})

/**
 * Reads the last items of a user through blocks of causal self-attention; the last state is the user.
 *
 *     x_k = sqrt(d) E[id_k] + P[n - length + k]
 *     a = h + SA(LN(h)),  h' = a + FFN(LN(a)),  SA softmax attention over j <= i,  FFN(x) = relu(x W_1 + b_1) W_2 + b_2
 *     score(u, i) = <LN(h_last), E[i]>
 *
 * Its own objective is a mean over all positions of the batch, of the next item: the binary cross-entropy against `drawn`
 * items the user has not seen, or, with `loss: 'softmax'`, a softmax of scores over `temperature` against `drawn` items of the
 * whole catalogue, of which the next item itself takes no part; draws are uniform with replacement. Positions are counted from
 * the end, so that the last item always stands on the same one. Defaults are those of the paper for sparse data.
 *
 * Where we differ: the released code adds the normalised queries to what came of attention and takes keys and values before
 * the norm; this is the paper's equation. Dropout is on the input and behind each layer, as in the paper, not on attention.
 * A distillation term sees no dropout unless `termDropout` says so. A user without a history scores 0 everywhere.
 */
export default defineBackbone({
  name: 'sasrec',
  paper: { title: 'Self-Attentive Sequential Recommendation', venue: 'ICDM 2018', equations: '(1) to (7)' },
  params,
  batches: 'users',
  defaults: { lr: 1e-3, weightDecay: 0, batch: 128 },
  create: createSasrec,
})

function createSasrec(context: BackboneContext, options: z.output<typeof params>) {
  const { split, dim, rng, trainable } = context
  const engine = context.engine as Engine
  const { length, heads, dropout, loss, drawn, temperature, reduction } = options
  if (dim % heads !== 0)
    throw new InputError(`sasrec.heads: expected a divisor of dim ${dim}, got ${heads}; use 1 or another dim`)
  const item = engine.table('items', split.numItems, dim, { trainable })
  const position = engine.table('positions', length, dim, { trainable })
  if (trainable)
    for (const table of [item, position]) initTable(engine, table, Math.sqrt(2 / (table.rows + dim)), rng)
  return sequenceBackbone(context, {
    item,
    position,
    layers: sasrecLayers(engine, options, context),
    length,
    trainLength: length,
    positionOf: (place, read) => length - read + place,
    inputDropout: dropout,
    dropout,
    termDropout: options.termDropout,
    cosine: false,
    loss: loss === 'bce' ? 'binary' : 'softmax',
    drawn,
    drawnFrom: loss === 'bce' ? 'unseen' : 'all',
    temperature,
    reduction,
  })
}

function sasrecLayers(
  engine: Engine,
  { blocks, heads }: z.output<typeof params>,
  { dim, rng, trainable }: BackboneContext,
): SequenceLayers {
  const matrix = (name: string) => {
    const table = engine.table(name, dim, dim, { trainable })
    if (trainable) initUniform(engine, table, Math.sqrt(3 / dim), rng)
    return table
  }
  const row = (name: string, value: number) => {
    const table = engine.table(name, 1, dim, { trainable })
    if (trainable) engine.write(table, new Float32Array(dim).fill(value))
    return table
  }
  const normed = (name: string) => ({ scale: row(`${name} scale`, 1), shift: row(`${name} shift`, 0) })
  const all = Array.from({ length: blocks }, (_, n) => ({
    attention: normed(`attention norm ${n + 1}`),
    query: matrix(`query ${n + 1}`),
    key: matrix(`key ${n + 1}`),
    value: matrix(`value ${n + 1}`),
    feedForward: normed(`feed-forward norm ${n + 1}`),
    inner: matrix(`inner ${n + 1}`),
    innerBias: row(`inner bias ${n + 1}`, 0),
    outer: matrix(`outer ${n + 1}`),
    outerBias: row(`outer bias ${n + 1}`, 0),
  }))
  const last = normed('last norm')
  const tablesOf = ({ attention, feedForward, ...others }: (typeof all)[number]): Table[] => [
    ...Object.values(attention),
    ...Object.values(feedForward),
    ...Object.values(others),
  ]
  return {
    tables: [...all.flatMap(tablesOf), ...Object.values(last)],
    apply(x, weights, drop) {
      const of = <Name extends string>(tables: Record<Name, Table>) =>
        Object.fromEntries(
          Object.entries<Table>(tables).map(([name, table]) => [name, weights[table.name]]),
        ) as Record<Name, (typeof weights)[string]>
      const states = all.reduce(
        (h, { attention, feedForward, ...others }) =>
          sasrecBlock(
            h,
            { attention: of(attention), feedForward: of(feedForward), ...of(others) },
            heads,
            drop,
          ),
        x,
      )
      return norm(states, of(last))
    },
  }
}
