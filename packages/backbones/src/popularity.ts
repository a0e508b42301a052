import type { Engine } from '@recdistill/engine'
import { defineBackbone } from '@recdistill/plugin'
import { z } from 'zod'
import { factorModel } from './factor-model.ts'
import { restoreTables, stateOfTables } from './table-state.ts'
import { trainedOnce } from './trained-once.ts'

/**
 * The same list for everyone: score = share of the users who have seen the item. What any other model has to beat.
 * Its vectors have one number: 1 for every user, the share for an item.
 */
export default defineBackbone({
  name: 'popularity',
  paper: {
    title: 'Performance of Recommender Algorithms on Top-N Recommendation Tasks',
    venue: 'RecSys 2010',
  },
  params: z.object({}),
  trains: 'once',
  sized: false,
  create({ split: { numUsers, numItems, train }, engine: anyEngine, trainable }) {
    const engine = anyEngine as Engine
    const user = engine.table('ones', numUsers, 1, { trainable: false })
    const item = engine.table('items', numItems, 1, { trainable: false })
    engine.write(user, new Float32Array(numUsers).fill(1))
    return trainedOnce(
      'popularity',
      { ...factorModel(engine, user, item), parameters: numItems },
      {
        trainable,
        fit() {
          const shares = new Float32Array(numItems)
          for (const id of train.items) shares[id]++
          engine.write(
            item,
            shares.map((count) => count / numUsers),
          )
        },
        state: () => stateOfTables(engine, [item], false).parameters,
        restore: (state) => restoreTables(engine, [item], state),
      },
    )
  },
})
