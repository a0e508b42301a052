import { createRng, InputError } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import type { Backbone, BackboneDefinition } from '@recdistill/plugin'
import { batchesOf } from './batches.ts'
import { history, smallWorld, users } from './small-world.ts'

/**
 * Makes a model in a small world, trains it for a step, puts it back from its parameters and ranks by it: all that is done with a
 * model of a run, so that a mistake in the code of one's own is said before hours of training.
 * @throws InputError naming the backbone and what it did.
 */
export function rehearseBackbone(
  definition: BackboneDefinition,
  { dim, params }: { dim: number; params: Readonly<Record<string, unknown>> },
  { engine }: { engine: Engine },
): void {
  const split = smallWorld(256)
  const optimizer = { lr: 1e-3, weightDecay: 0 }
  const made: Backbone[] = []
  const create = (trainable: boolean) => {
    const rng = createRng(0)
    const model = definition.create({ split, dim, optimizer, rng, trainable, engine }, params)
    made.push(model)
    return model
  }
  let doing = 'create'
  try {
    const model = create(true)
    doing = 'a step of training'
    if (definition.trains === 'once') model.fit?.()
    else {
      const batches = batchesOf(definition, split, {
        batch: users * history,
        negatives: 1,
        rng: createRng(1),
      })
      batches.beginEpoch(0)
      model.begin(createRng(2))
      model.base(batches.at(0))
      model.update()
    }
    doing = 'a model from the state of another'
    const { parameters } = model.state()
    const frozen = create(false)
    frozen.restore({ parameters })
    frozen.begin()
    doing = 'rank'
    frozen.rank(Uint32Array.of(0, 3), 10, split.train)
  } catch (error) {
    throw new InputError(
      `${definition.name}: ${doing} failed, in a rehearsal before anything is trained: ${String(Object(error).message ?? error).split('\n')[0]}`,
      { cause: error },
    )
  } finally {
    for (const model of made) model.dispose()
  }
}
