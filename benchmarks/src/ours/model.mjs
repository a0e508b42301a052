import { loadBackbone } from '@recdistill/backbones'
import { createRng } from '@recdistill/core'

export const mf = () => loadBackbone('mf')

/** A trainable model of the scenario's backbone (MF without biases where none is named), with its seeded initial values. */
export function createModel(
  engine,
  split,
  { backbone = 'mf', layers, settings, dim, lr, weightDecay, seed = 1 },
) {
  const definition = loadBackbone(backbone)
  const context = {
    split,
    dim,
    optimizer: { lr, weightDecay },
    rng: createRng(seed),
    engine,
    trainable: true,
  }
  return definition.create(
    context,
    definition.params.parse(settings ?? (layers === undefined ? {} : { layers })),
  )
}

/** What a backbone and the trainer ask of a split when nothing is evaluated. */
export function splitOf({ train, numUsers, numItems, name }) {
  const none = { offsets: new Uint32Array(numUsers + 1), items: new Uint32Array(0) }
  const counts = { users: numUsers, items: numItems, train: train.items.length, valid: 0, test: 0 }
  return {
    numUsers,
    numItems,
    train,
    valid: none,
    test: none,
    trainSequence: train,
    ids: null,
    manifest: {
      dataset: name,
      sources: [],
      filters: [],
      rule: { rule: 'given' },
      seed: null,
      counts,
      hash: name,
    },
  }
}

/** The user of every training pair. */
export function usersOf({ offsets, items }) {
  const users = new Uint32Array(items.length)
  for (let u = 0; u + 1 < offsets.length; u++) users.fill(u, offsets[u], offsets[u + 1])
  return users
}
