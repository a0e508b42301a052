import type { Engine, Table } from '@recdistill/engine'
import { defineBackbone, type BackboneContext } from '@recdistill/plugin'
import { z } from 'zod'
import { initTable, initUniform } from './init-table.ts'
import { hstuBlock } from './sequence/hstu-block.ts'
import { sequenceBackbone } from './sequence/sequence-backbone.ts'
import type { SequenceLayers } from './sequence/sequence-encoder.ts'
import { termDropout } from './step-encoders.ts'

const params = z.object({
  length: z.int().min(2).default(100).describe("items of a user's history that are read, the last ones (N)"),
  blocks: z.int().min(1).default(1).describe('blocks'),
  heads: z.int().min(1).default(2).describe('heads of attention'),
  dqk: z.int().min(1).default(8).describe('width of queries and keys of a head'),
  dv: z.int().min(1).default(16).describe('width of values and gates of a head'),
  dropout: z.number().min(0).lt(1).default(0.5).describe('share of a block left out in training'),
  inputDropout: z.number().min(0).lt(1).default(0.5).describe('share of the input left out in training'),
  termDropout,
  drawn: z.int().min(1).default(512).describe('items drawn for each position in its own objective (R)'),
  temperature: z.number().positive().default(0.05).describe('of the softmax in its own objective'),
  relativeBias: z
    .boolean()
    .default(false)
    .describe('adds a trained number to attention by how far apart two items are'),
  reserved: z
    .int()
    .min(0)
    .default(10)
    .describe('positions behind the history; attention is divided by length + reserved'),
  reduction: z
    .enum(['mean', 'sum'])
    .default('mean')
    .describe('of its own objective over the positions of a batch'),
})

/**
 * Reads the last items of a user through blocks of gated pointwise attention; the last state is the user. Spec 3.3.
 *
 *     x_k = sqrt(d) E[id_k] + P[k]
 *     [u, v, q, k] = SiLU(LN(h) W),  A = SiLU(q k^T) / (N + 10) for j <= i else 0,  h' = (u LN(A v)) W_o^T + b_o + h
 *     score(u, i) = <h_last, E[i]> / (|h_last| |E[i]|)
 *
 * Its own objective is a softmax of cosines over `temperature`: the next item of each position against `drawn` ones, uniform
 * over all items with replacement; one that is the next item takes no part. It is a mean over all positions of the batch, as
 * the reference has it, so it does not grow with the batch: weights of distillation are relative to that; `sum` for those of
 * other backbones. Scores are not divided by the temperature: they lie in [-1, 1].
 *
 * The reference declares a relative bias but never applies it, for want of times; so `relativeBias` is off by default. On, it
 * is b[i - j] of each block, for all heads, added to q k^T: of positions alone, since a split keeps no times. A distillation
 * term sees no dropout unless `termDropout` says so. A user without a history scores 0 everywhere.
 */
export default defineBackbone({
  name: 'hstu',
  paper: {
    title:
      'Actions Speak Louder than Words: Trillion-Parameter Sequential Transducers for Generative Recommendations',
    venue: 'ICML 2024',
    equations: '(1) to (3)',
  },
  params,
  batches: 'users',
  defaults: { lr: 1e-3, weightDecay: 1e-5, batch: 128 },
  create: createHstu,
})

function createHstu(context: BackboneContext, options: z.output<typeof params>) {
  const { split, dim, rng, trainable } = context
  const engine = context.engine as Engine
  const { length, reserved, inputDropout, dropout, drawn, temperature, reduction } = options
  const item = engine.table('items', split.numItems, dim, { trainable })
  const position = engine.table('positions', length + reserved, dim, { trainable })
  if (trainable)
    for (const table of [item, position]) initTable(engine, table, Math.sqrt(2 / (table.rows + dim)), rng)
  return sequenceBackbone(context, {
    item,
    position,
    layers: hstuLayers(engine, dim, options, context),
    length,
    trainLength: length - 1,
    positionOf: (place) => place,
    inputDropout,
    dropout,
    termDropout: options.termDropout,
    cosine: true,
    loss: 'softmax',
    drawn,
    drawnFrom: 'all',
    temperature,
    reduction,
  })
}

function hstuLayers(
  engine: Engine,
  dim: number,
  { blocks, heads, dqk, dv, length, reserved, relativeBias }: z.output<typeof params>,
  { rng, trainable }: BackboneContext,
): SequenceLayers {
  const gates = heads * dv
  const all = Array.from({ length: blocks }, (_, n) => ({
    uvqk: engine.table(`uvqk ${n + 1}`, dim, 2 * gates + 2 * heads * dqk, { trainable }),
    out: engine.table(`out ${n + 1}`, dim, gates, { trainable }),
    outBias: engine.table(`out bias ${n + 1}`, 1, dim, { trainable }),
    ...(relativeBias ? { distances: engine.table(`distances ${n + 1}`, length, 1, { trainable }) } : {}),
  }))
  if (trainable)
    for (const { uvqk, out, outBias, distances } of all) {
      initTable(engine, uvqk, 0.02, rng)
      initUniform(engine, out, Math.sqrt(6 / (dim + gates)), rng)
      initUniform(engine, outBias, 1 / Math.sqrt(gates), rng)
      if (distances) initTable(engine, distances, 0.02, rng)
    }
  const shape = { heads, dqk, dv, divisor: length + reserved }
  return {
    tables: all.flatMap((tables) => Object.values<Table>(tables)),
    apply: (x, weights, drop) =>
      all.reduce(
        (h, { uvqk, out, outBias, distances }) =>
          hstuBlock(
            h,
            {
              uvqk: weights[uvqk.name],
              out: weights[out.name],
              outBias: weights[outBias.name],
              ...(distances ? { distances: weights[distances.name] } : {}),
            },
            shape,
            drop,
          ),
        x,
      ),
  }
}
