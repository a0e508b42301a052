import { explainIssue, InputError, schemasAt, type Issue, type JsonSchema } from '@recdistill/core'
import { z } from 'zod'

/** Values from one place, e.g. a file. `speak` says where a key came from, in words the reader typed. */
export interface Layer {
  readonly values: Readonly<Record<string, unknown>>
  speak(path: readonly string[]): string
}

/** Of a place that is called by its name: the key stands behind it. */
export function speaker(name: string): Layer['speak'] {
  return (path) => (path.length === 0 ? name : `${name}: ${path.join('.')}`)
}

/** @throws InputError of one line for the first problem: what was expected, what came, the nearest valid name. */
export function checkLayer({ values, speak }: Layer, of: z.ZodObject): void {
  const result = of.safeParse(values)
  if (result.success) return
  const issue = result.error.issues[0]
  const schema = z.toJSONSchema(of, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  expectNotInside(issue, schema, speak)
  throw new InputError(explainIssue(issue, { value: values, schema, place: speak }))
}

/** Flags such as --columns stand alone, and settings such as `lr` are those of a model: both are looked for at the top as well. */
function expectNotInside({ path, keys }: Issue, schema: JsonSchema, speak: Layer['speak']): void {
  if (keys === undefined || path.length > 0) return
  const [key] = keys
  const isOf = (group: string) => schemasAt(schema, [group, key], {}).length > 0
  const models = ['teacher', 'student'].filter(isOf).map((group) => `${group}.${key}`)
  if (models.length > 0)
    throw new InputError(`${speak([])}: unknown key "${key}"; it is one of models: ${models.join(', ')}`)
  if (isOf('read'))
    throw new InputError(`${speak([])}: unknown key "${key}"; it stands under another: read: { ${key}: ... }`)
}
