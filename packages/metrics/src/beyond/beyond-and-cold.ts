import type { Metrics } from '@recdistill/core'
import type { Evaluation } from '../evaluate.ts'

/** The form in which a run's record keeps both: `coverage@10`, ..., and `cold.recall@10`, ... where kept apart. */
export function beyondAndCold({ beyond, cold }: Evaluation): Metrics {
  const prefixed = Object.entries(cold?.means ?? {}).map(([key, value]) => [`cold.${key}`, value] as const)
  return { ...beyond, ...Object.fromEntries(prefixed) }
}
