import type { Engine } from '@recdistill/engine'
import { defineBackbone, type Backbone, type BackboneContext } from '@recdistill/plugin'
import { z } from 'zod'
import { binaryCrossEntropy } from './binary-cross-entropy.ts'
import { exchangedOf } from './exchanged.ts'
import { initTable, initUniform } from './init-table.ts'
import { pairModel } from './pair-model.ts'
import { restoreTables, stateOfTables } from './table-state.ts'

const params = z.object({
  layers: z.int().min(1).max(8).default(1).describe('hidden layers: dim wide, then half of it, and so on'),
  init: z
    .number()
    .positive()
    .default(0.01)
    .describe('standard deviation of the initial vectors, N(0, init^2)'),
})

/**
 * A product of vectors and a perceptron over other vectors, added up. Spec 3.5.
 *
 *     logit = w [p_u * q_i ; h_n] + b,  h_0 = [p'_u ; q'_i],  h_l = relu(W_l h_(l-1) + b_l),  widths 2d, d, d/2, ...
 *
 * Its own objective is the binary cross-entropy on logits, target 1 for the seen item and 0 for each negative, summed.
 * W_l start Xavier uniform, w Kaiming uniform (a = 1), biases at 0. A score is no dot product: `dim` is 0, and ranking goes
 * through the catalogue, with the items' half of the first layer made once per change of the model. Methods that compare vectors
 * take both of a user or an item, [p_u ; p'_u], as one.
 */
export default defineBackbone({
  name: 'neumf',
  paper: {
    title: 'Neural Collaborative Filtering',
    venue: 'WWW 2017',
    equations: '(7), (12)',
  },
  params,
  vectors: false,
  flips: true,
  rowDim: (dim) => 2 * dim,
  create: createNeumf,
})

function createNeumf(
  { split, dim, optimizer, rng, engine: anyEngine, trainable }: BackboneContext,
  { layers, init }: z.output<typeof params>,
): Backbone {
  const engine = anyEngine as Engine
  const { numUsers, numItems } = split
  const vectors = {
    user: engine.table('users', numUsers, dim, { trainable }),
    item: engine.table('items', numItems, dim, { trainable }),
    deepUser: engine.table('mlp users', numUsers, dim, { trainable }),
    deepItem: engine.table('mlp items', numItems, dim, { trainable }),
  }
  const widths = Array.from({ length: layers }, (_, n) => Math.max(1, Math.floor(dim / 2 ** n)))
  const hidden = widths.map((width, n) => {
    const below = n === 0 ? 2 * dim : widths[n - 1]
    const weights = engine.table(`hidden ${n + 1}`, below, width, { trainable })
    const bias = engine.table(`hidden ${n + 1} bias`, 1, width, { trainable })
    if (trainable) initUniform(engine, weights, Math.sqrt(6 / (below + width)), rng)
    return { weights, bias }
  })
  const last = dim + widths[layers - 1]
  const output = engine.table('output', 1, last, { trainable })
  const outputBias = engine.table('output bias', 1, 1, { trainable })
  if (trainable) {
    for (const table of Object.values(vectors)) initTable(engine, table, init, rng)
    initUniform(engine, output, Math.sqrt(3 / last), rng)
  }
  const ofLayers = hidden.flatMap(({ weights, bias }) => [weights, bias])
  const tables = [...Object.values(vectors), ...ofLayers, output, outputBias]
  const perceptron = { ...vectors, layers: hidden, output, outputBias }
  const turned = {
    ...perceptron,
    user: vectors.item,
    item: vectors.user,
    deepUser: vectors.deepItem,
    deepItem: vectors.deepUser,
    itemsFirst: true,
  }
  const [scorer, turnedScorer] = [perceptron, turned].map((tables) => engine.pairPerceptron(tables))
  const forget = () => {
    scorer.forget()
    turnedScorer.forget()
  }
  const views = pairModel('neumf', engine, scorer, perceptron)
  const model: Backbone = {
    ...views,
    parameters: tables.reduce((sum, table) => sum + table.rows * table.dim, 0),
    begin() {},
    base({ users, positives, negatives, negativesPerRow: n }) {
      let loss = 0
      for (const [items, k, target] of [
        [positives, 1, 1],
        [negatives, n, 0],
      ] as const) {
        const scores = views.scoresOf(users, items, k)
        loss += binaryCrossEntropy(scores, new Float32Array(scores.length).fill(target), scores)
        views.pullScores(users, items, k, scores)
      }
      return loss
    },
    update() {
      forget()
      engine.adam(tables, optimizer)
    },
    state: () => stateOfTables(engine, tables, trainable),
    restore(state) {
      forget()
      restoreTables(engine, tables, state)
    },
    flipped: () => exchanged,
    dispose() {
      scorer.release()
      turnedScorer.release()
      for (const table of tables) engine.free(table)
    },
  }
  const exchanged = exchangedOf(model, pairModel('neumf', engine, turnedScorer, turned))
  return model
}
