import { asDefinition, unknownPart } from './as-definition.ts'
import type { BackboneDefinition } from './backbone.ts'

const flags = ['vectors', 'flips', 'sized'] as const
const parts: readonly string[] = [
  'name',
  'paper',
  'params',
  'batches',
  'trains',
  'defaults',
  'rowDim',
  'create',
  ...flags,
]

/**
 * Makes sure that what a file exports is a backbone, before anything is trained with it.
 * @param source Where the value came from: speaks in the errors.
 * @throws InputError naming what is missing.
 */
export function asBackbone(value: unknown, source: string): BackboneDefinition {
  return asDefinition<BackboneDefinition>(value, { source, kind: 'backbone', problemOf })
}

function problemOf(backbone: Readonly<Record<string, unknown>>): string | null {
  if (typeof backbone.create !== 'function') return 'create is not a function'
  if (!['function', 'undefined'].includes(typeof backbone.rowDim)) return 'rowDim is not a function'
  if (!['pairs', 'users', undefined].includes(backbone.batches as undefined))
    return 'batches is neither "pairs" nor "users"'
  if (!['steps', 'once', undefined].includes(backbone.trains as undefined))
    return 'trains is neither "steps" nor "once"'
  for (const name of flags)
    if (!['boolean', 'undefined'].includes(typeof backbone[name])) return `${name} is neither true nor false`
  const { defaults = {} } = backbone
  for (const [name, value] of Object.entries(Object(defaults) as object))
    if (!['lr', 'weightDecay', 'batch'].includes(name) || typeof value !== 'number')
      return `defaults.${name} is not a number for lr, weightDecay or batch`
  return unknownPart(backbone, 'backbone', parts)
}
