import type { Filter } from '../filter/filter.ts'
import type { SplitRule } from '../split/rule.ts'

export const byRatio = (order: 'file' | 'time' | 'random'): SplitRule => ({
  rule: 'ratio',
  ratios: [0.8, 0.1, 0.1],
  order,
})
export const leaveOneOut = (pick: 'last' | 'random'): SplitRule => ({ rule: 'leave-one-out', pick })
export const byTime: SplitRule = { rule: 'time', by: 'share', cuts: [0.8, 0.9] }
export const asGiven = (valid = 0): SplitRule => ({ rule: 'files', valid })

export const distinct: Filter = { filter: 'duplicates', keep: 'first' }
export const core = (users: number, items: number): Filter => ({ filter: 'k-core', users, items })
export const liked = (min: number): Filter => ({ filter: 'rating', min })
