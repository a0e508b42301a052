import type { Engine } from '@recdistill/engine'
import { rehearse } from '@recdistill/trainer'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'

/**
 * Takes a few steps of every method that is not built in, in a small world, so that a mistake in its lists or its loss is said before a
 * teacher is trained. Not of methods that read vectors, snapshots or a teacher that learns, which such a world does not have.
 * @throws InputError that names the method, as training would.
 */
export async function rehearseOwn(
  { methods }: Pick<Config, 'methods'>,
  { catalogue, engine }: { catalogue: Catalogue; engine: Engine },
): Promise<void> {
  const builtIn = new Set(catalogue.methods.map(({ name }) => name))
  for (const { reference, params } of methods) {
    if (builtIn.has(reference)) continue
    const method = await catalogue.method(reference)
    if (!method.rows && !method.teacherLoss && !method.trajectory) rehearse(method, params, { engine })
  }
}
