import type { z } from 'zod'
import type { BackboneDefinition } from '../backbone.ts'
import { backboneChecks } from './backbone-checks.ts'
import type { BackboneContract } from './backbone-scene.ts'
import type { Skips } from './check.ts'
import { describeChecks } from './describe-checks.ts'

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
