import type { Csr, Rng } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { defineBackbone, type Backbone, type BackboneContext } from '@recdistill/plugin'
import { z } from 'zod'
import { binaryCrossEntropy } from './binary-cross-entropy.ts'
import { encodedUsers } from './encoded-users.ts'
import { withFlipped } from './flip-encoded.ts'
import { initTable, initUniform } from './init-table.ts'
import { reconstructionRows } from './reconstruction-rows.ts'
import { rowsOfUsers, someOfRows } from './rows-of-users.ts'
import { seenItemsEncoder } from './seen-items-encoder.ts'
import { stepEncoders, termDropout } from './step-encoders.ts'
import { restoreTables, stateOfTables } from './table-state.ts'
import type { UserEncoder } from './user-encoder.ts'

const params = z.object({
  activation: z.enum(['sigmoid', 'relu']).default('sigmoid').describe('of the hidden layer'),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0.5)
    .describe('share of the seen items left out of the input in training'),
  termDropout,
  init: z
    .number()
    .positive()
    .default(1)
    .describe('standard deviation of the initial user vectors, N(0, init^2)'),
  unseen: z.int().min(1).default(5).describe('unseen items per seen one in its own objective'),
})

/**
 * Collaborative denoising auto-encoder: what a user has seen, some of it left out, is to be told again. Spec 3.4.
 *
 *     score(u, .) = W2 h + b2,  h = act(sum over seen items i of W1[i] + b1 + v_u)
 *
 * Its own objective is the binary cross-entropy, on logits, over the seen items and `unseen` times as many drawn ones
 * (uniform over unseen items with replacement; a repeated one counts once), summed. In training the input loses items with
 * probability `dropout` and is scaled by 1 / (1 - dropout). Defaults are those of BD; the DE-RRD line of work has
 * `activation: 'relu', dropout: 0.2, init: 0.01`. W1, W2 and biases start uniform in +-1 / sqrt(fan in).
 *
 * Its vectors are [h, 1] and [W2, b2]: one longer than `dim`. With `termDropout: 'batch'` a distillation term sees
 * users as its own objective does, with the same items left out; by default it sees no dropout. Where we differ: unseen items are
 * those outside of training, so held-out ones can be drawn.
 */
export default defineBackbone({
  name: 'cdae',
  paper: {
    title: 'Collaborative Denoising Auto-Encoders for Top-N Recommender Systems',
    venue: 'WSDM 2016',
    equations: '(6) to (9)',
  },
  params,
  batches: 'users',
  defaults: { lr: 2e-3, batch: 128, weightDecay: 1e-3 },
  create: createCdae,
})

function createCdae(
  { split, dim, optimizer, rng, engine: anyEngine, trainable }: BackboneContext,
  { activation, dropout, termDropout: masks, init, unseen }: z.output<typeof params>,
): Backbone {
  const engine = anyEngine as Engine
  const { numUsers, numItems, train } = split
  const user = engine.table('users', numUsers, dim, { trainable })
  const input = engine.table('input', numItems, dim, { trainable })
  const inputBias = engine.table('input bias', 1, dim, { trainable })
  const output = engine.table('output', numItems, dim + 1, { trainable }) // [W2, b2]
  const tables = [user, input, inputBias, output]
  if (trainable) {
    initTable(engine, user, init, rng)
    for (const table of [input, inputBias]) initUniform(engine, table, 1 / Math.sqrt(numItems), rng)
    initUniform(engine, output, 1 / Math.sqrt(dim), rng)
  }
  const encoder = (inputs: (users: Uint32Array) => Csr, scale: number): UserEncoder =>
    seenItemsEncoder(engine, { user, input, inputBias }, { activation, inputs, scale })
  const whole = encoder((users) => rowsOfUsers(train, users), 1)
  const noisy = (rng: Rng) => {
    const drop = rng.fork('dropout')
    return encoder((users) => someOfRows(train, users, dropout, drop), 1 / (1 - dropout))
  }
  const steps = stepEncoders(whole, trainable && dropout > 0 ? noisy : null, masks)
  const views = encodedUsers(engine, output, steps, { trainable })

  const model = {
    ...views,
    numUsers,
    numItems,
    parameters: tables.reduce((sum, table) => sum + table.rows * table.dim, 0),
    begin: (training) => steps.begin(training),
    base({ users, rng }) {
      let loss = 0
      views.train(noisy(rng), users, (table, from, to) => {
        const rows = reconstructionRows(train, users.subarray(from, to), { numItems, unseen, rng })
        const scores = new Float32Array(rows.items.length)
        engine.scoreLists(table, output, rows, scores)
        loss += binaryCrossEntropy(scores, rows.targets, scores)
        engine.pullScores(table, output, rows, scores)
      })
      return loss
    },
    update: () => engine.adam(tables, optimizer),
    state: () => stateOfTables(engine, tables, trainable),
    restore: (state) => restoreTables(engine, tables, state),
    dispose() {
      views.free()
      for (const table of tables) engine.free(table)
    },
  } satisfies Backbone
  return withFlipped(model, { engine, item: output, steps, trainable })
}
