import { InputError } from '@recdistill/core'
import type { AnyMethod } from './method.ts'

const functions = ['lists', 'loss'] as const
const optional = ['check', 'make', 'values', 'rows', 'aux', 'backgrounds', 'fused', 'itemSide', 'teacherLoss', 'base', 'trajectory', 'warmUp'] as const // prettier-ignore

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
  const { title, venue } = Object(method.paper) as Record<string, unknown>
  if (typeof title !== 'string' || typeof venue !== 'string')
    return 'paper does not hold the texts title and venue'
  if (!isZodObject(method.params)) return 'params is not an object of zod 4'
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
  return null
}

/** Duck-typed, for a plugin may carry a zod of its own; one of zod 3 could be neither described nor checked. */
function isZodObject(params: unknown): boolean {
  const { safeParse, _zod } = Object(params) as Record<string, unknown>
  const { def } = Object(_zod) as Record<string, unknown>
  return typeof safeParse === 'function' && Reflect.get(Object(def), 'type') === 'object'
}
