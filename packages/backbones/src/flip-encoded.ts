import type { Engine, Table } from '@recdistill/engine'
import type { Backbone } from '@recdistill/plugin'
import { encodedLists } from './encoded-lists.ts'
import type { StepEncoders } from './step-encoders.ts'

/**
 * Gives a model of encoded users a flipped one, which ranks users for an item. Training and checkpoints stay with the model,
 * which frees what the flipped one holds.
 */
export function withFlipped(
  model: Omit<Backbone, 'flipped'>,
  {
    engine,
    item,
    steps,
    trainable,
  }: { engine: Engine; item: Table; steps: StepEncoders; trainable: boolean },
): Backbone {
  const views = encodedLists(engine, item, steps, { numUsers: model.numUsers, trainable })
  const whole: Backbone = {
    ...model,
    update() {
      model.update()
      views.forget()
    },
    restore(state) {
      model.restore(state)
      views.forget()
    },
    dispose() {
      views.free()
      model.dispose()
    },
    flipped: () => exchanged,
  }
  const { begin, update, state, restore, numItems: numUsers, numUsers: numItems, parameters } = whole
  const exchanged: Backbone = {
    ...views,
    numUsers,
    numItems,
    parameters,
    begin,
    update,
    state,
    restore,
    base() {
      throw new RangeError('base: the own objective belongs to the model that was flipped')
    },
    flipped: () => whole,
    dispose() {}, // shares everything with `whole`, which frees it
  }
  return whole
}
