import { InputError, nearest } from '@recdistill/core'
import type { AnyMethod } from './method.ts'

const functions = ['lists', 'loss'] as const
const optional = ['check', 'make', 'values', 'rows', 'aux', 'backgrounds', 'reduce', 'fused', 'itemSide', 'teacherLoss', 'base', 'trajectory', 'warmUp'] as const // prettier-ignore
const parts: readonly string[] = ['name', 'paper', 'params', 'defaults', 'presets', 'over', 'startsFrom', ...functions, ...optional] // prettier-ignore

/**
 * Makes sure that what a file exports is a method, before anything is trained with it.
 * @param source Where the value came from: speaks in the errors.
 * @throws InputError naming what is missing.
 */
export function asMethod(value: unknown, source: string): AnyMethod {
  if (typeof value !== 'object' || value === null)
    throw new InputError(
      `${source}: expected its default export to be defineMethod({ ... }), got ${typeof value}`,
    )
  const problem = problemOf(value as Record<string, unknown>)
  if (problem)
    throw new InputError(
      `${source}: its default export is not a method: ${problem}; declare it with defineMethod({ ... })`,
    )
  return value as AnyMethod
}

function problemOf(method: Record<string, unknown>): string | null {
  if (typeof method.name !== 'string' || method.name === '') return 'it has no name'
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(method.name))
    return `its name "${method.name}" is not of lower case words joined by hyphens, e.g. soft-top`
  const { title, venue } = Object(method.paper) as Record<string, unknown>
  if (typeof title !== 'string' || typeof venue !== 'string')
    return 'paper does not hold the texts title and venue'
  if (!isZodObject(method.params)) return 'params is not an object of zod 4'
  const refused = refusedDefault(method.params)
  if (refused) return refused
  for (const name of functions) if (typeof method[name] !== 'function') return `${name} is not a function`
  for (const name of optional)
    if (method[name] !== undefined && typeof method[name] !== 'function')
      return `${name} is there but not a function`
  if (method.over !== 'pairs' && method.over !== 'users' && typeof method.over !== 'function')
    return 'over is neither "pairs" nor "users"'
  const { lambda, weightDecay, teacherWeightDecay = 0 } = Object(method.defaults) as Record<string, unknown>
  if (typeof lambda !== 'number' || typeof weightDecay !== 'number')
    return 'defaults does not hold the numbers lambda and weightDecay'
  if (typeof teacherWeightDecay !== 'number') return 'defaults.teacherWeightDecay is not a number'
  if (!['random', 'scratch', undefined].includes(method.startsFrom as undefined))
    return 'startsFrom is neither "random" nor "scratch"'
  const unknown = Object.keys(method).find((key) => !parts.includes(key))
  return unknown === undefined ? null : unknownPart(unknown)
}

function unknownPart(key: string): string {
  const near = nearest(key, parts)
  return `no method has a part "${key}"${near ? `, did you mean "${near}"?` : ''}`
}

/** zod hands a default on without a look at it: the first use of the value would fail, far from its cause. */
function refusedDefault({ shape }: AnyMethod['params']): string | null {
  for (const [name, schema] of Object.entries(shape ?? {})) {
    const { type, defaultValue, innerType } = schema._zod.def as unknown as DefaultDef
    if (type !== 'default' || innerType._zod.def.type === 'pipe') continue // of a pipe the default is what comes out
    const { error } = (schema as AnyMethod['params']).safeParse(defaultValue)
    if (error) return `parameter ${name} refuses its own default ${JSON.stringify(defaultValue)}`
  }
  return null
}

interface DefaultDef {
  readonly type: string
  readonly defaultValue: unknown
  readonly innerType: { readonly _zod: { readonly def: { readonly type: string } } }
}

/** Duck-typed, for a plugin may carry a zod of its own; one of zod 3 could be neither described nor checked. */
function isZodObject(params: unknown): params is AnyMethod['params'] {
  const { safeParse, _zod } = Object(params) as Record<string, unknown>
  const { def } = Object(_zod) as Record<string, unknown>
  return typeof safeParse === 'function' && Reflect.get(Object(def), 'type') === 'object'
}
