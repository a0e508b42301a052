import { schemasAt, type JsonSchema } from './json-schema.ts'
import { show } from './show.ts'

/** What a schema accepts, short: `integer >= 1`, `number > 0 | null`, `sample | top | score`. */
export function typeOf(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.join(' | ')
  if (schema.const !== undefined) return String(schema.const)
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) return alternatives.map(typeOf).join(' | ')
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (types.length === 0) return 'value'
  return types
    .map((type) => (type === 'array' ? `list of ${typeOf(itemsOf(schema))}` : type + bounds(type, schema)))
    .join(' | ')
}

/** What schemas accept, as an error says it: `an integer >= 1 and <= 9`, `a string or a group of keys`; null where they say nothing. */
export function inWords(schemas: readonly JsonSchema[]): string | null {
  const plain = schemas.flatMap((schema) => schemasAt(schema, [], undefined))
  const words = plain.flatMap((schema) => schema.enum ?? (schema.const === undefined ? [] : [schema.const]))
  const others = plain.filter((schema) => schema.enum === undefined && schema.const === undefined)
  if (others.some(({ type }) => type === undefined)) return null
  const all = [...(words.length > 0 ? [oneOf(words)] : []), ...others.map(withArticle)]
  return all.length === 0 ? null : [...new Set(all)].join(' or ')
}

function oneOf(words: readonly unknown[]): string {
  return words.length === 1 ? show(words[0]) : `one of ${words.join(', ')}`
}

function withArticle(schema: JsonSchema): string {
  switch (schema.type) {
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'object':
      return 'a group of keys'
    case 'array':
      return listInWords(schema)
    case 'string':
      return stringInWords(schema)
    default:
      return (schema.type === 'integer' ? 'an ' : 'a ') + typeOf(schema)
  }
}

function listInWords(schema: JsonSchema): string {
  if (schema.prefixItems) return `a list of ${schema.prefixItems.length}`
  const { minItems = 0 } = schema
  if (minItems > 1) return `a list of at least ${minItems}`
  const { type } = itemsOf(schema)
  return type === undefined || type === 'object' || type === 'array' ? 'a list' : `a ${typeOf(schema)}`
}

function itemsOf({ items }: JsonSchema): JsonSchema {
  return typeof items === 'object' ? items : {}
}

function stringInWords({ format, pattern, minLength = 0, maxLength }: JsonSchema): string {
  if (format !== undefined) return `a ${format}`
  if (pattern !== undefined) return `a string that matches ${pattern}`
  if (maxLength !== undefined) return `a string of ${minLength} to ${maxLength} characters`
  return minLength === 0
    ? 'a string'
    : `a string of at least ${minLength} character${minLength === 1 ? '' : 's'}`
}

function bounds(type: string, schema: JsonSchema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  if (type !== 'number' && type !== 'integer') return ''
  const parts = multipleOf === undefined ? [] : [`divisible by ${multipleOf}`]
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) parts.push(`>= ${minimum}`)
  if (exclusiveMinimum !== undefined) parts.push(`> ${exclusiveMinimum}`)
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) parts.push(`<= ${maximum}`)
  if (exclusiveMaximum !== undefined) parts.push(`< ${exclusiveMaximum}`)
  return parts.length > 0 ? ` ${parts.join(' and ')}` : ''
}
