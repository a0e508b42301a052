import type { Rng } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import type { Backbone, BackboneContext } from '@recdistill/plugin'
import type { z } from 'zod'
import { encodedUsers } from '../encoded-users.ts'
import { withFlipped } from '../flip-encoded.ts'
import { stepEncoders, type termDropout } from '../step-encoders.ts'
import { restoreTables, stateOfTables } from '../table-state.ts'
import { drawNext } from './draw-next.ts'
import { nextItemLoss } from './next-item-loss.ts'
import { rememberedUsers, roomForUsers } from './remembered-users.ts'
import { unitRows } from './unit-rows.ts'
import { sequenceEncoder, type SequenceLayers } from './sequence-encoder.ts'

export interface SequenceOptions {
  readonly item: Table
  readonly position: Table
  readonly layers: SequenceLayers
  /** Items of a history that are read, in use and in training. */
  readonly length: number
  readonly trainLength: number
  readonly positionOf: (place: number, length: number) => number
  readonly inputDropout: number
  readonly dropout: number
  readonly termDropout: z.output<typeof termDropout>
  /** Cosines in place of dot products. */
  readonly cosine: boolean
  readonly loss: 'softmax' | 'binary'
  /** Items drawn for each position, from all or from those the user has not seen. */
  readonly drawn: number
  readonly drawnFrom: 'all' | 'unseen'
  readonly temperature: number
  readonly reduction: 'mean' | 'sum'
}

/** A model that reads a user's history, trained to tell the next item at every position. */
export function sequenceBackbone(
  { split, optimizer, engine: anyEngine, trainable }: BackboneContext,
  options: SequenceOptions,
): Backbone {
  const engine = anyEngine as Engine
  const { numUsers, numItems, train, trainSequence: histories } = split
  const { item, position, layers, cosine, drawn, drawnFrom, temperature, reduction } = options
  const tables = [item, position, ...layers.tables]
  const unit = cosine ? unitRows(engine, item) : null
  const scored = unit?.table ?? item
  const encoder = sequenceEncoder(engine, { ...options, histories, normalised: cosine })
  const remembered = rememberedUsers(encoder, item.dim, roomForUsers(numUsers, item.dim))
  const drops = trainable && (options.dropout > 0 || options.inputDropout > 0)
  const noisy = drops ? (rng: Rng) => rememberedUsers(encoder.noisy(rng), item.dim) : null
  const steps = stepEncoders(remembered, noisy, options.termDropout)
  const views = encodedUsers(engine, scored, steps, { trainable })
  const loss = trainable ? nextItemLoss(engine, scored, { kind: options.loss, drawn, temperature }) : null
  let stale = true

  const model = {
    ...views,
    numUsers,
    numItems,
    parameters: tables.reduce((sum, table) => sum + table.rows * table.dim, 0),
    begin(training) {
      steps.begin(training)
      if (!stale) return
      remembered.forget()
      unit?.refresh()
      stale = false
    },
    base({ users, rng }) {
      if (!loss) throw new Error('base: the model is not trainable')
      const positions = users.reduce((sum, user) => {
        const items = histories.offsets[user + 1] - histories.offsets[user]
        return sum + Math.min(options.trainLength, Math.max(0, items - 1))
      }, 0)
      const scale = reduction === 'mean' ? 1 / Math.max(1, positions) : 1
      let sum = 0
      encoder.train(users, rng, (sequences, states) => {
        const except = drawnFrom === 'unseen' ? train : null
        const draw = drawNext(sequences, { numItems, except, rng })
        const part = loss.of(states, sequences.next, draw, scale)
        sum += scale * part.loss
        return part.grad
      })
      return sum
    },
    update() {
      steps.settle()
      unit?.settle()
      engine.adam(tables, optimizer)
      stale = true
    },
    state: () => stateOfTables(engine, tables, trainable),
    restore(state) {
      remembered.forget()
      restoreTables(engine, tables, state)
      stale = true
    },
    dispose() {
      loss?.free()
      unit?.free()
      views.free()
      for (const table of tables) engine.free(table)
    },
  } satisfies Backbone
  return withFlipped(model, { engine, item: scored, steps, trainable })
}
