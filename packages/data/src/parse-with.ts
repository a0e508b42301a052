import { InputError, nearest } from '@recdistill/core'
import { z } from 'zod'

/** What a schema makes of a value from outside. @throws InputError in one line, with the nearest name for an unknown one. */
export function parseWith<T extends z.ZodType>(schema: T, value: unknown, speaker: string): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new InputError(describe(result.error.issues, speaker, schema))
}

function describe(issues: readonly z.core.$ZodIssue[], speaker: string, schema: z.ZodType): string {
  const issue = issues[0]
  const place = [speaker, ...issue.path.map(String)].join('.')
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(schema, issue.path)
    const near = nearest(issue.keys[0], known)
    const takes = known.length > 0 ? `; it takes ${known.join(', ')}` : ''
    return `${place}: unknown "${issue.keys[0]}"${takes}${near ? `; did you mean "${near}"?` : ''}`
  }
  if (issue.code === 'invalid_union') {
    // The alternative that got furthest is the one that was meant.
    const deepest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0]
    if (deepest?.length) return describe(deepest, place, schema)
  }
  return `${place}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length))
}

function keysOf(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema
  for (const key of path)
    at = at instanceof z.ZodObject ? unwrap((at.shape as Record<string, unknown>)[String(key)]) : null
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

function unwrap(schema: unknown): unknown {
  let at = schema
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodNullable)
    at = at.unwrap()
  return at
}
