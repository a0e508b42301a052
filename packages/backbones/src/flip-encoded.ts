import type { Engine, Table } from '@recdistill/engine'
import type { Backbone } from '@recdistill/plugin'
import { encodedLists } from './encoded-lists.ts'
import { exchangedOf } from './exchanged.ts'
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
  const { numItems: numUsers, numUsers: numItems } = whole
  const exchanged = exchangedOf(whole, { ...views, numUsers, numItems })
  return whole
}
