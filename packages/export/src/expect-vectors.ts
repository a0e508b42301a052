import { InputError } from '@recdistill/core'
import type { Form, VectorForm } from './deployable.ts'

/** @throws InputError for a model whose scores are no dot products. */
export function expectVectors(form: Form): VectorForm {
  if (form.kind === 'vectors') return form
  throw new InputError(`a score of "${form.backbone}" is no dot product; this format holds vectors`)
}
