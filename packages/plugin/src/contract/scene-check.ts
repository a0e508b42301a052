import { createRng, type Rng } from '@recdistill/core'
import { prepareTensors } from '@recdistill/tensor'
import type { z } from 'zod'
import type { Backbone, BackboneDefinition } from '../backbone.ts'
import {
  inScene,
  scatter,
  type BackboneContract,
  type BackboneScene,
  type Parameters,
} from './backbone-scene.ts'
import type { Check } from './check.ts'

/** Makes checks that run in a new world each. */
export function sceneCheck<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): (name: string, run: (scene: BackboneScene) => void) => Check {
  return (name, run) => ({
    name,
    async run() {
      await prepareTensors()
      inScene(definition, contract, run)
    },
  })
}

/** Makes checks of a new model whose parameters are normal numbers; each has draws of its own. */
export function scatteredCheck<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): (
  name: string,
  run: (backbone: Backbone, parameters: Parameters, rng: Rng, scene: BackboneScene) => void,
) => Check {
  const check = sceneCheck(definition, contract)
  return (name, run) =>
    check(name, (scene) => {
      const backbone = scene.make()
      run(backbone, scatter(backbone, scene.spread), createRng(8), scene)
    })
}
