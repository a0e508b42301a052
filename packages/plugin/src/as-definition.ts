import { InputError, nearest } from '@recdistill/core'
import type { z } from 'zod'

type Parts = Readonly<Record<string, unknown>>

/** How one kind of plugin is told from what is none. */
export interface DefinitionKind {
  /** Where the value came from: speaks in the errors. */
  readonly source: string
  readonly kind: 'method' | 'backbone'
  /** What is wrong with the parts that other kinds do not have; null when nothing is. */
  readonly problemOf: (definition: Parts) => string | null
}

/**
 * Makes sure that what a file exports is a plugin of a kind, before anything is trained with it.
 * @throws InputError naming what is missing.
 */
export function asDefinition<T>(value: unknown, { source, kind, problemOf }: DefinitionKind): T {
  const declare = kind === 'method' ? 'defineMethod' : 'defineBackbone'
  if (typeof value !== 'object' || value === null)
    throw new InputError(
      `${source}: expected its default export to be ${declare}({ ... }), got ${typeof value}`,
    )
  const problem = commonProblem(value as Parts) ?? problemOf(value as Parts)
  if (problem)
    throw new InputError(
      `${source}: its default export is not a ${kind}: ${problem}; declare it with ${declare}({ ... })`,
    )
  return value as T
}

/** Of the parts that every kind has. */
function commonProblem({ name, paper, params }: Parts): string | null {
  if (typeof name !== 'string' || name === '') return 'it has no name'
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    return `its name "${name}" is not of lower case words joined by hyphens, e.g. soft-top`
  const { title, venue } = Object(paper) as Parts
  if (typeof title !== 'string' || typeof venue !== 'string')
    return 'paper does not hold the texts title and venue'
  return isZodObject(params) ? refusedDefault(params) : 'params is not an object of zod 4'
}

/** The first part that no definition of this kind has, with the nearest that it has; null when there is none. */
export function unknownPart(definition: Parts, kind: string, parts: readonly string[]): string | null {
  const key = Object.keys(definition).find((key) => !parts.includes(key))
  if (key === undefined) return null
  const near = nearest(key, parts)
  return `no ${kind} has a part "${key}"${near ? `, did you mean "${near}"?` : ''}`
}

/** zod hands a default on without a look at it: the first use of the value would fail, far from its cause. */
function refusedDefault({ shape }: z.ZodObject): string | null {
  for (const [name, schema] of Object.entries(shape ?? {})) {
    const { type, defaultValue, innerType } = schema._zod.def as unknown as DefaultDef
    if (type !== 'default' || innerType._zod.def.type === 'pipe') continue // of a pipe the default is what comes out
    const { error } = (schema as z.ZodType).safeParse(defaultValue)
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
function isZodObject(params: unknown): params is z.ZodObject {
  const { safeParse, _zod } = Object(params) as Record<string, unknown>
  const { def } = Object(_zod) as Record<string, unknown>
  return typeof safeParse === 'function' && Reflect.get(Object(def), 'type') === 'object'
}
