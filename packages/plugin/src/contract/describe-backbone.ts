import type { z } from 'zod'
import type { BackboneDefinition } from '../backbone.ts'
import { backboneGradients } from './backbone-gradients.ts'
import type { BackboneContract } from './backbone-scene.ts'
import { backboneTraining } from './backbone-training.ts'
import { backboneViews } from './backbone-views.ts'
import { describeChecks, type Check, type Skips } from './check.ts'

/** Every law of the backbone contract, as sentences with code: for a test runner of one's own. */
export function backboneChecks<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  return [
    ...backboneViews(definition, contract),
    ...backboneGradients(definition, contract),
    ...backboneTraining(definition, contract),
  ]
}

/**
 * The contract of backbones as a vitest suite, in a world of 7 users and 12 items.
 *
 *     describeBackbone(mf, { engine: () => plainEngine, params: { biases: true } })
 *
 * @param skip Laws that do not apply, by name, each with its reason.
 */
export function describeBackbone<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  { skip = [], ...contract }: BackboneContract & { readonly skip?: Skips },
): void {
  const given = contract.params ? ` with ${JSON.stringify(contract.params)}` : ''
  describeChecks(
    `${definition.name}${given} keeps the backbone contract`,
    backboneChecks(definition, contract),
    skip,
  )
}
