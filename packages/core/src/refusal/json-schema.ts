/** The part of JSON Schema that parameters and configurations are described by. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: boolean | JsonSchema
  readonly prefixItems?: readonly JsonSchema[]
  readonly items?: boolean | JsonSchema
  readonly minItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly default?: unknown
  readonly description?: string
}

/**
 * What may stand at a place inside a value: one schema, or one for each alternative on the way there.
 * @param value As it came: of alternatives that are told apart by a constant, as in `{ rule: 'ratio', ... }`, the one it names counts.
 */
export function schemasAt(
  schema: JsonSchema,
  path: readonly PropertyKey[],
  value: unknown,
): readonly JsonSchema[] {
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) {
    const named = alternatives.filter((each) => isNamedBy(value, each))
    return (named.length > 0 ? named : alternatives).flatMap((each) => schemasAt(each, path, value))
  }
  if (path.length === 0) return [schema]
  const [key, ...rest] = path
  const inner = innerOf(schema, key)
  return inner === null ? [] : schemasAt(inner, rest, valueAt(value, [key]))
}

/** What stands at a place inside a value; undefined where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (group, key) => (typeof group === 'object' && group !== null ? Reflect.get(group, key) : undefined),
    value,
  )
}

function innerOf({ properties, prefixItems, items, additionalProperties }: JsonSchema, key: PropertyKey) {
  if (properties && Object.hasOwn(properties, key)) return properties[String(key)]
  const others = typeof key === 'number' ? (prefixItems?.[key] ?? items) : additionalProperties
  return typeof others === 'object' ? others : null
}

function isNamedBy(value: unknown, { properties = {} }: JsonSchema): boolean {
  const constants = Object.entries(properties).filter(([, { const: constant }]) => constant !== undefined)
  return (
    constants.length > 0 &&
    constants.every(([key, { const: constant }]) => valueAt(value, [key]) === constant)
  )
}
