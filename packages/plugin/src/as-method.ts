import { asDefinition, unknownPart } from './as-definition.ts'
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
  return asDefinition<AnyMethod>(value, { source, kind: 'method', problemOf })
}

function problemOf(method: Record<string, unknown>): string | null {
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
  return unknownPart(method, 'method', parts)
}
