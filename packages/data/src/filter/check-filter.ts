import { InputError } from '@recdistill/core'
import { describeFilter, type Filter, type FilterStep } from './filter.ts'

/** @throws InputError when a filter needs a column that the source has not. */
export function expectColumns(
  label: string,
  filter: Filter,
  { hasRating, hasTime }: { hasRating: boolean; hasTime: boolean },
): void {
  if (filter.filter === 'rating' && !hasRating)
    throw new InputError(
      `${label}: the filter ${describeFilter(filter)} needs ratings but there is no rating column`,
    )
  if (filter.filter === 'time' && !hasTime)
    throw new InputError(
      `${label}: the filter ${describeFilter(filter)} needs times but there is no time column`,
    )
}

/** @throws InputError when nothing is left. */
export function expectSome(label: string, before: FilterStep, after: FilterStep): void {
  if (after.interactions > 0 || after.filter === null) return
  throw new InputError(
    `${label}: the filter ${describeFilter(after.filter)} leaves nothing of ${before.interactions} interactions (${before.users} users, ${before.items} items); ask for less`,
  )
}
