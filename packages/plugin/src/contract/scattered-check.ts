import { createRng, type Rng } from '@recdistill/core'
import { prepareTensors } from '@recdistill/tensor'
import type { z } from 'zod'
import type { Backbone, BackboneDefinition } from '../backbone.ts'
import { inScene, scatter, type BackboneContract, type Parameters } from './backbone-scene.ts'
import type { Check } from './check.ts'

/** Makes checks of a new model whose parameters are normal numbers; each has draws of its own. */
export function scatteredCheck<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): (name: string, run: (backbone: Backbone, parameters: Parameters, rng: Rng) => void) => Check {
  return (name, run) => ({
    name,
    async run() {
      await prepareTensors()
      inScene(definition, contract, ({ make, spread }) => {
        const backbone = make()
        run(backbone, scatter(backbone, spread), createRng(8))
      })
    },
  })
}
