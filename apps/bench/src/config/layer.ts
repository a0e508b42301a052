import { InputError, nearest } from '@recdistill/core'
import type { z } from 'zod'

/** Values from one place, e.g. a file. `speak` says where a key came from, in words the reader typed. */
export interface Layer {
  readonly values: Readonly<Record<string, unknown>>
  speak(path: readonly string[]): string
}

/** @throws InputError of one line for the first problem: what was expected, what came, the nearest valid name. */
export function checkLayer({ values, speak }: Layer, schema: z.ZodObject): void {
  const result = schema.safeParse(values)
  if (result.success) return
  const issue = result.error.issues[0]
  throw new InputError(explain(issue, values, schema, speak))
}

type Issue = z.core.$ZodIssue

function explain(issue: Issue, values: unknown, schema: z.ZodType, speak: Layer['speak']): string {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]
    const valid = keysAt(schema, path)
    const near = nearest(key, valid)
    if (path.length === 0 && keysAt(schema, ['read']).includes(key))
      return `${speak([key])}: unknown key "${key}"; it stands under another: read: { ${key}: ... }`
    const hint = near === null ? `it takes ${valid.join(', ')}` : `did you mean "${near}"?`
    return `${speak([...path, key])}: unknown key "${key}"; ${hint}`
  }
  if (issue.code === 'invalid_union') {
    const value = valueAt(values, path)
    const deepest = issue.errors
      .map((issues) => issues[0])
      .filter((inner) => inner !== undefined && (inner.path.length > 0 || inner.code === 'unrecognized_keys'))
    const branch = deepest[0]
    if (branch !== undefined && typeof value === 'object' && value !== null)
      return explain({ ...branch, path: [...issue.path, ...branch.path] }, values, schema, speak)
    const kinds = issue.errors.map((issues) => expectation(issues[0])).join(' or ')
    const expected = issue.message === 'Invalid input' ? kinds : issue.message
    return `${speak(path)}: expected ${expected}, got ${show(value)}`
  }
  return `${speak(path)}: expected ${expectation(issue)}, got ${show(valueAt(values, path))}`
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : (named[issue.expected] ?? `a ${issue.expected}`)
    case 'too_small':
      return issue.origin === 'array'
        ? `at least ${issue.minimum} of them`
        : `${kindOf(issue.origin)} ${issue.inclusive ? '>=' : '>'} ${issue.minimum}`
    case 'too_big':
      return `${kindOf(issue.origin)} ${issue.inclusive ? '<=' : '<'} ${issue.maximum}`
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`
    default:
      return lowerFirst(issue.message.replace(/^Invalid input: expected /, ''))
  }
}

const named: Record<string, string> = {
  object: 'a group of keys',
  array: 'a list',
  boolean: 'true or false',
  record: 'a group of keys',
}

function kindOf(origin: string): string {
  return origin === 'int' ? 'a whole number' : 'a number'
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** A value as the reader wrote it, short. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key]
  return value
}

/** Names a group of keys takes, looking through optional and union wrappers. */
function keysAt(schema: z.ZodType, path: readonly string[]): string[] {
  const bare = unwrap(schema)
  const options = 'options' in bare.def ? (bare.def.options as z.ZodType[]) : [bare]
  for (const option of options.map(unwrap)) {
    if (!('shape' in option)) continue
    const shape = option.shape as Record<string, z.ZodType>
    if (path.length === 0) return Object.keys(shape).filter((key) => key !== '$schema')
    if (path[0] in shape) return keysAt(shape[path[0]], path.slice(1))
  }
  return []
}

function unwrap(schema: z.ZodType): z.ZodType {
  while ('innerType' in schema.def) schema = schema.def.innerType as z.ZodType
  return schema
}
