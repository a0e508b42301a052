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

/** The user of every training pair. */
export function usersOf({ offsets, items }) {
  const users = new Uint32Array(items.length)
  for (let u = 0; u + 1 < offsets.length; u++) users.fill(u, offsets[u], offsets[u + 1])
  return users
}
