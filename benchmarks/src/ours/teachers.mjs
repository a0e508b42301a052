import { fromEmbeddings } from '@recdistill/backbones'
import { trainingSplit } from '@recdistill/core'
import { learn } from './prepare.mjs'
import { createModel } from './model.mjs'

/** A teacher of 400 dimensions and two snapshots of its training, after a few epochs of BPR; and a student on its way. */
export function teachersOf(engine, world) {
  const split = trainingSplit(world.name, world.train, world.numItems)
  const model = createModel(engine, split, { dim: 400, lr: 1e-3, weightDecay: 1e-3, seed: 2 })
  const snapshots = [2, 3, 3].map((epochs) => {
    learn(model, world.train, { numItems: world.numItems, batch: 2048, epochs })
    const { users, items } = model.state().parameters
    return fromEmbeddings(engine, { users: users.slice(), items: items.slice(), dim: 400 })
  })
  const parameters = Object.fromEntries(
    Object.entries(model.state().parameters).map(([name, values]) => [name, values.slice()]),
  )
  model.dispose()
  return { split, snapshots, parameters }
}
