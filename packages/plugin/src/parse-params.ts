import { explainIssue, InputError, show, type Issue } from '@recdistill/core'
import type { z } from 'zod'
import { paramsJsonSchema } from './describe-params.ts'
import type { Size } from './declarations.ts'

/**
 * Checks what a user gave against a declaration and fills in defaults.
 * @param definition A method or a backbone: its name speaks in the errors.
 * @throws InputError with one line for everything that is wrong, e.g. `rrd.K: expected an integer >= 1, got 0`.
 */
export function parseParams<P extends z.ZodObject>(
  { name, params }: { readonly name: string; readonly params: P },
  given: unknown = {},
): z.output<P> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InputError(`${name}: expected parameters by name, got ${show(given)}`)
  const schema = paramsJsonSchema(params)
  // zod drops an unknown key in silence.
  const unknown = Object.keys(given).filter((key) => !Object.hasOwn(schema.properties, key))
  const parsed = params.safeParse(given)
  if (parsed.success && unknown.length === 0) return parsed.data
  const strays = unknown.map((key): Issue => ({ keys: [key], path: [], message: '' }))
  const problems = [...strays, ...(parsed.error?.issues ?? [])].map((issue) =>
    explainIssue(issue, {
      value: given,
      schema,
      place: (path) => [name, ...path].join('.'),
      noun: 'parameter',
    }),
  )
  throw new InputError([...new Set(problems)].join('; '))
}

/**
 * Checks parameters against the world a method meets, e.g. a list longer than the catalogue.
 * @throws InputError with one line for everything that does not fit.
 */
export function checkParams<P extends z.ZodObject>(
  method: Checked<P> & { readonly params: P },
  params: z.output<P>,
  size: Size,
): void {
  const problems = complaintsOf(method, params, size)
  if (problems.length > 0) throw new InputError(problems.join('; '))
}

/**
 * What a method's `check` says of parameters; nothing where it has none.
 * @throws InputError when that is no list of texts: a method in JavaScript has no compiler to tell it.
 */
export function complaintsOf<P extends z.ZodObject>(
  method: Checked<P>,
  params: z.output<P>,
  size: Size,
): readonly string[] {
  const problems: unknown = method.check?.(params, size) ?? []
  if (Array.isArray(problems) && problems.every((each) => typeof each === 'string')) return problems
  throw new InputError(
    `${method.name}: its check gives ${show(problems)}, expected a list of texts, one for each problem and [] where there is none`,
  )
}

interface Checked<P extends z.ZodObject> {
  readonly name: string
  check?(params: z.output<P>, size: Size): readonly string[]
}
