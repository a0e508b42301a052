import { InputError, type Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import type { Form } from '@recdistill/export'
import { openTeacher, type TeacherSource } from '@recdistill/teachers'
import { loadModel } from '@recdistill/trainer'
import type { Catalogue } from '../catalogue.ts'
import { expectSameFiles } from '../run/imported-teacher.ts'
import { formOf, vectorsOf } from './deployable-of.ts'
import type { FinishedModel } from './open-run.ts'

/**
 * What of a model is deployed: of its checkpoint, or, where it was trained elsewhere, of the files it came from.
 * @throws InputError when these are others by now, or hold no vectors.
 */
export async function formOfChosen(
  { run, checkpoint }: FinishedModel,
  { split, engine, catalogue, cache }: { split: Split; engine: Engine; catalogue: Catalogue; cache: string },
): Promise<Form> {
  if (run.imported === undefined)
    return formOf(
      loadModel({ checkpoint, split, engine, definitions: catalogue.backbones.all() }),
      run.backbone.name,
    )
  if (run.backbone.dim > 0) {
    expectSameFiles(run)
    const source = run.imported.source as unknown as TeacherSource
    const form = vectorsOf((await openTeacher(source, { split, engine, cache })).model)
    if (form) return form
  }
  throw new InputError(
    `--model: "${run.id}" was trained elsewhere (${run.imported.form}); its own files are what there is of it`,
  )
}
