import { InputError } from '@recdistill/core'
import type { AnyMethod } from './method.ts'

const functions = ['lists', 'loss'] as const

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
  // Duck-typed: a plugin may carry a zod of its own.
  if (typeof Reflect.get(Object(method.params), 'safeParse') !== 'function')
    return 'params is not a zod object'
  for (const name of functions) if (typeof method[name] !== 'function') return `${name} is not a function`
  if (method.over !== 'pairs' && method.over !== 'users') return 'over is neither "pairs" nor "users"'
  const { lambda, weightDecay } = Object(method.defaults) as Record<string, unknown>
  if (typeof lambda !== 'number' || typeof weightDecay !== 'number')
    return 'defaults does not hold the numbers lambda and weightDecay'
  return null
}
