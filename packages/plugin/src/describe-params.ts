import { typeOf, type JsonSchema } from '@recdistill/core'
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

/** The parameters of a method or backbone as JSON Schema: for configuration files and editors. Unknown keys are refused. */
export function paramsJsonSchema(params: z.ZodObject): {
  type: 'object'
  properties: Readonly<Record<string, JsonSchema>>
  required?: readonly string[]
  additionalProperties: false
} {
  const { properties = {}, required } = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' })
  return {
    type: 'object',
    properties: properties as Record<string, JsonSchema>,
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
