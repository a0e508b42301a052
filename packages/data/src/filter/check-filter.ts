import { InputError, nearest } from '@recdistill/core'
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

/** @param found The values that a column has, the most frequent first. */
export function noSuchValue(
  label: string,
  column: string,
  { missing, found }: { missing: string; found: readonly string[] },
): InputError {
  const near = nearest(missing, found)
  const shown = found.slice(0, 12).map((value) => JSON.stringify(value))
  return new InputError(
    `${label}: no row has "${missing}" in the column "${column}"; there ${found.length === 1 ? 'is' : 'are'} ${shown.join(', ') || 'none'}${found.length > 12 ? ', ...' : ''}${near === null ? '' : `; did you mean "${near}"?`}`,
  )
}
