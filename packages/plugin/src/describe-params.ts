import { z } from 'zod'

/** One hyper-parameter as help texts and tables show it; everything comes from its declaration. */
export interface ParamDescription {
  readonly name: string
  /** What is accepted, e.g. `integer >= 1` or `sample | top | score`. */
  readonly type: string
  /** Null when a value must be given. */
  readonly default: unknown
  readonly required: boolean
  readonly description: string
}

/** The part of JSON Schema that parameters are described by. */
export interface ParamSchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly ParamSchema[]
  readonly items?: ParamSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly default?: unknown
  readonly description?: string
}

/** The parameters of a method or backbone as JSON Schema: for configuration files and editors. Unknown keys are refused. */
export function paramsJsonSchema(params: z.ZodObject): {
  type: 'object'
  properties: Readonly<Record<string, ParamSchema>>
  required?: readonly string[]
  additionalProperties: false
} {
  const { properties = {}, required } = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' })
  return {
    type: 'object',
    properties: properties as Record<string, ParamSchema>,
    ...(required ? { required } : {}),
    additionalProperties: false,
  }
}

/** In the order of their declaration. */
export function describeParams(params: z.ZodObject): readonly ParamDescription[] {
  const { properties, required = [] } = paramsJsonSchema(params)
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    type: typeOf(schema),
    default: schema.default ?? null,
    required: required.includes(name),
    description: schema.description ?? '',
  }))
}

/** What a schema accepts, in words: `integer >= 1`, `number > 0 | null`, `sample | top | score`. */
export function typeOf(schema: ParamSchema): string {
  if (schema.enum) return schema.enum.join(' | ')
  if (schema.const !== undefined) return String(schema.const)
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ')
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (types.length === 0) return 'value'
  return types
    .map((type) => (type === 'array' ? `list of ${typeOf(schema.items ?? {})}` : type + bounds(type, schema)))
    .join(' | ')
}

function bounds(
  type: string,
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: ParamSchema,
): string {
  if (type !== 'number' && type !== 'integer') return ''
  const parts = multipleOf === undefined ? [] : [`divisible by ${multipleOf}`]
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) parts.push(`>= ${minimum}`)
  if (exclusiveMinimum !== undefined) parts.push(`> ${exclusiveMinimum}`)
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) parts.push(`<= ${maximum}`)
  if (exclusiveMaximum !== undefined) parts.push(`< ${exclusiveMaximum}`)
  return parts.length > 0 ? ` ${parts.join(' and ')}` : ''
}
