import { createRng, InputError, type Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { parseParams, type Backbone, type BackboneDefinition } from '@recdistill/plugin'
import { loadBest } from './checkpoint.ts'

/**
 * A frozen model from a `best.ckpt`: it ranks, scores and teaches, but has no gradient.
 * @throws InputError when the file is damaged, of an unknown backbone or of another split.
 */
export function loadModel({
  checkpoint,
  split,
  engine,
  definitions,
}: {
  checkpoint: string
  split: Split
  engine: Engine
  definitions: readonly BackboneDefinition[]
}): Backbone {
  const { settings, parameters } = loadBest(checkpoint)
  const { backbone, split: hash } = settings as {
    backbone: { name: string; dim: number; params: Record<string, unknown> }
    split: string
  }
  if (hash !== split.manifest.hash)
    throw new InputError(
      `${checkpoint}: trained on split ${hash.slice(0, 12)}, this one is ${split.manifest.hash.slice(0, 12)}; prepare the data the same way, or train anew`,
    )
  const definition = definitions.find(({ name }) => name === backbone.name)
  if (!definition)
    throw new InputError(
      `${checkpoint}: holds a "${backbone.name}", known backbones are ${definitions.map(({ name }) => name).join(', ')}`,
    )
  const context = {
    split,
    dim: backbone.dim,
    optimizer: { lr: 0, weightDecay: 0 },
    rng: createRng(0),
    engine,
    trainable: false,
  }
  const model = definition.create(context, parseParams(definition, backbone.params))
  try {
    model.restore({ parameters })
    model.begin()
    return model
  } catch (error) {
    model.dispose()
    throw error
  }
}
