import { InputError, nearest } from '@recdistill/core'
import type { z } from 'zod'
import { paramsJsonSchema, typeOf, type ParamSchema } from './describe-params.ts'
import type { Size } from './declarations.ts'
import { show } from './show.ts'

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
  const { properties } = paramsJsonSchema(params)
  const names = Object.keys(properties)
  const unknown = Object.keys(given).filter((key) => !names.includes(key))
  const problems = unknown.map((key) => unknownParameter(name, key, names))
  const parsed = params.safeParse(given)
  if (parsed.success && problems.length === 0) return parsed.data
  for (const issue of parsed.error?.issues ?? []) problems.push(explain(name, issue, given, properties))
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

function unknownParameter(name: string, key: string, names: readonly string[]): string {
  const near = nearest(key, names)
  const hint = near ? ` did you mean "${near}"?` : ''
  return names.length > 0
    ? `${name}: unknown parameter "${key}";${hint} it takes ${names.join(', ')}`
    : `${name}: unknown parameter "${key}"; it takes none`
}

function explain(
  name: string,
  issue: z.core.$ZodIssue,
  given: object,
  properties: Readonly<Record<string, ParamSchema>>,
): string {
  const place = [name, ...issue.path.map(String)].join('.')
  const value = issue.path.reduce<unknown>(
    (inside, key) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, key) : undefined),
    given,
  )
  const schema = issue.path.length === 1 ? properties[String(issue.path[0])] : undefined
  if (issue.code === 'custom' || schema === undefined) return `${place}: ${issue.message}, got ${show(value)}`
  return `${place}: expected ${withArticle(schema)}, got ${show(value)}`
}

function withArticle(schema: ParamSchema): string {
  if (schema.enum) return `one of ${schema.enum.join(', ')}`
  const type = typeOf(schema)
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}
