import { InputError } from '@recdistill/core'
import { z } from 'zod'
import { filterSchema } from './filter/filter.ts'
import { parseWith } from './parse-with.ts'
import { readOptionsSchema } from './read/options.ts'
import { splitRuleSchema } from './split/rule.ts'

const file = z.string().min(1)
const rule = z.union([z.string().min(1), splitRuleSchema])
const filters = z
  .array(filterSchema)
  .optional()
  .describe('in the order they are applied; repeated pairs are reduced to their first in any case')

const named = z.strictObject({
  dataset: z.string().min(1).describe('name of a data set'),
  split: rule.optional().describe('name of one of its splits, or a rule such as ratio:0.8,0.1,0.1:random'),
  filters: filters.describe('instead of those of its split'),
})
const files = z.strictObject({
  files: z.union([file, z.array(file).min(1)]).describe('interaction files, read one after the other'),
  name: z.string().min(1).optional().describe('what to call it in results'),
  read: readOptionsSchema.optional(),
  filters,
  split: rule.optional().describe('a rule; ratio:0.8,0.1,0.1:random'),
})
const given = z.strictObject({
  train: file,
  valid: file.optional(),
  test: file,
  name: z.string().min(1).optional().describe('what to call it in results'),
  read: readOptionsSchema.optional(),
  filters,
  split: rule.optional().describe('files, or files:0.1 to take a tenth of the training items for validation'),
})

/** What to measure on: a named data set, files to split, or files already split. */
export const dataRequestSchema = z.union([named, files, given])

export type DataRequest = z.output<typeof dataRequestSchema>
/** As people write it: defaults may be left out. */
export type DataRequestInput = z.input<typeof dataRequestSchema>

/** @throws InputError in one line, with the nearest name for an unknown key. */
export function parseDataRequest(value: unknown): DataRequest {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(
      `data: expected { dataset }, { files } or { train, test }, got ${JSON.stringify(value)}`,
    )
  if ('dataset' in value) return parseWith(named, value, 'data')
  if ('train' in value || 'test' in value) return parseWith(given, value, 'data')
  if ('files' in value) return parseWith(files, value, 'data')
  throw new InputError(
    `data: expected one of dataset, files or train and test, got ${Object.keys(value).join(', ') || 'nothing'}`,
  )
}
