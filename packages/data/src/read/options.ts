import { z } from 'zod'

const formats = ['csv', 'inter', 'jsonl', 'parquet', 'adjacency', 'citeulike'] as const

const column = z.union([z.string().min(1), z.int().min(0)])

/** What is found by looking at the file where it is not said. */
export const readOptionsSchema = z.strictObject({
  format: z
    .enum(formats)
    .optional()
    .describe(
      'csv (any delimiter), inter (RecBole), jsonl, parquet, adjacency (user item item ...), citeulike (count item item ..., line number = user)',
    ),
  delimiter: z.string().min(1).max(4).optional().describe('between columns, e.g. "," or "::"'),
  header: z.boolean().optional().describe('whether the first line names the columns'),
  columns: z
    .strictObject({
      user: column.optional(),
      item: column.optional(),
      rating: column.nullable().optional(),
      time: column.nullable().optional(),
    })
    .optional()
    .describe('names, or positions from 0; null leaves the column unread'),
  timeUnit: z.enum(['s', 'ms', 'us', 'ns']).optional().describe('of numeric times; found by their size'),
  timeFormat: z
    .string()
    .min(1)
    .optional()
    .describe('of times that are no numbers and no ISO dates, e.g. "%d.%m.%Y %H:%M"'),
  decimal: z
    .enum([',', '.'])
    .optional()
    .describe('sign of fractions in ratings and times: "," where 4,5 is meant; found by looking'),
  encoding: z.enum(['utf-8', 'latin-1', 'utf-16']).optional().describe('of text files; utf-8'),
})

export type ReadOptions = z.output<typeof readOptionsSchema>
export type Format = (typeof formats)[number]
