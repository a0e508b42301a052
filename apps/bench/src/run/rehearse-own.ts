import { NumericError } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { rehearse, rehearseBackbone } from '@recdistill/trainer'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'

/**
 * Takes a few steps of every backbone and method that is not built in, in a small world, so that a mistake in one is said before a
 * teacher is trained. Not of methods that read vectors, snapshots or a teacher that learns, which such a world does not have.
 * @throws InputError that names the backbone or the method, as training would; NumericError where its loss is no number and the run is not to keep going.
 */
export async function rehearseOwn(
  {
    teacher,
    teachers,
    student,
    baselines,
    methods,
    keepGoing,
  }: Pick<Config, 'teacher' | 'teachers' | 'student' | 'baselines' | 'methods' | 'keepGoing'>,
  { catalogue, engine }: { catalogue: Catalogue; engine: Engine },
): Promise<void> {
  for (const { reference, backbone, dim, params } of [teacher, ...teachers, student, ...baselines])
    if (reference !== undefined)
      rehearseBackbone(catalogue.backbones.find(backbone), { dim, params }, { engine })
  const builtIn = new Set(catalogue.methods.map(({ name }) => name))
  for (const { reference, params } of methods) {
    if (builtIn.has(reference)) continue
    const method = await catalogue.method(reference)
    if (method.rows || method.teacherLoss || method.trajectory) continue
    const { nan } = rehearse(method, params, { engine })
    if (nan !== null && !keepGoing)
      throw new NumericError(
        `${method.name}: ${nan}, in a rehearsal of a few steps before anything is trained; look at what goes into the loss, e.g. a logarithm of 0, or train it all the same: --keep-going`,
      )
  }
}
