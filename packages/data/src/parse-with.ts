import { explainIssue, InputError, type JsonSchema } from '@recdistill/core'
import { z } from 'zod'

/** What a schema makes of a value from outside. @throws InputError in one line for the first thing that is wrong. */
export function parseWith<T extends z.ZodType>(schema: T, value: unknown, speaker: string): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { issues } = result.error
  // A misspelt name is missed under its right one as well.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  throw new InputError(
    explainIssue(issue, {
      value,
      schema: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema,
      place: (path) => [speaker, ...path].join('.'),
    }),
  )
}
