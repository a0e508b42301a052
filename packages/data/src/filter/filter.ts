import { z } from 'zod'

const moment = z.union([z.number(), z.iso.date(), z.iso.datetime({ offset: true })])

/** Which interactions count, as data. They are applied in the order of the list. */
export const filterSchema = z.discriminatedUnion('filter', [
  z
    .strictObject({ filter: z.literal('ids') })
    .describe('rows with a user and an item; without this filter an empty id is an error'),
  z.strictObject({ filter: z.literal('rating'), min: z.number() }).describe('rating >= min'),
  z
    .strictObject({
      filter: z.literal('where'),
      column: z.string().min(1),
      values: z.array(z.string()).min(1),
    })
    .describe('rows with one of these values in a column of the files, e.g. of kinds of events'),
  z
    .strictObject({ filter: z.literal('time'), from: moment.optional(), until: moment.optional() })
    .describe('from <= time < until; seconds since 1970 or a date'),
  z
    .strictObject({ filter: z.literal('duplicates'), keep: z.enum(['first', 'last']).default('first') })
    .describe(
      'one interaction for each user and item: by time where there is one, then by place in the file',
    ),
  z
    .strictObject({ filter: z.literal('heavy-users'), most: z.int().min(1) })
    .describe('users with no more interactions than that; the others are programs rather than people'),
  z
    .strictObject({
      filter: z.literal('k-core'),
      users: z.int().min(0).default(0),
      items: z.int().min(0).default(0),
    })
    .describe('again and again, until every user and every item has as many interactions as asked'),
])

export type Filter = z.output<typeof filterSchema>
/** As people write it: defaults may be left out. */
export type FilterInput = z.input<typeof filterSchema>

/** What was there after a filter; the first step, with `filter` null, is what was read. */
export interface FilterStep {
  readonly filter: Filter | null
  readonly users: number
  readonly items: number
  readonly interactions: number
}

/** Columns that rows are chosen by; the table `rows` holds the n-th as wn. */
export function chosenColumns(filters: readonly Filter[]): string[] {
  return filters.flatMap((filter) => (filter.filter === 'where' ? [filter.column] : []))
}

/** Seconds since 1970 of a number or a date. */
export function secondsOf(moment: number | string): number {
  return typeof moment === 'number' ? moment : Date.parse(moment) / 1000
}

/** A filter in words, e.g. `k-core (users 5, items 0)`. */
export function describeFilter(filter: Filter): string {
  const { filter: name, ...rest } = filter
  const values = Object.entries(rest).map(([key, value]) => `${key} ${value}`)
  return values.length === 0 ? name : `${name} (${values.join(', ')})`
}
