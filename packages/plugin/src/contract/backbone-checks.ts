import type { z } from 'zod'
import type { BackboneDefinition } from '../backbone.ts'
import { backboneBackgrounds } from './backbone-backgrounds.ts'
import { backboneFit } from './backbone-fit.ts'
import { backboneFlipped } from './backbone-flipped.ts'
import { backboneFused } from './backbone-fused.ts'
import { backboneGradients } from './backbone-gradients.ts'
import type { BackboneContract } from './backbone-scene.ts'
import { backboneSteps } from './backbone-steps.ts'
import { backboneTraining } from './backbone-training.ts'
import { backboneViews } from './backbone-views.ts'
import type { Check } from './check.ts'

/** Every law of the backbone contract, as sentences with code: for a test runner of one's own. */
export function backboneChecks<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  if (definition.trains === 'once')
    return [
      ...backboneViews(definition, contract),
      ...backboneFlipped(definition, contract),
      ...backboneFit(definition, contract),
    ]
  return [
    ...backboneViews(definition, contract),
    ...backboneGradients(definition, contract),
    ...backboneFused(definition, contract),
    ...backboneSteps(definition, contract),
    ...backboneBackgrounds(definition, contract),
    ...backboneFlipped(definition, contract),
    ...backboneTraining(definition, contract),
  ]
}
