import type { Split } from '@recdistill/core'

/** Ids of the data as its source spells them, by dense id. */
export interface DataIds {
  readonly users: readonly string[]
  readonly items: readonly string[]
}

/** Of data without ids of its own, such as synthetic data, the dense ids in digits. */
export function dataIds({ ids, numUsers, numItems }: Pick<Split, 'ids' | 'numUsers' | 'numItems'>): DataIds {
  const digits = (count: number) => Array.from({ length: count }, (_, id) => String(id))
  return ids ?? { users: digits(numUsers), items: digits(numItems) }
}
