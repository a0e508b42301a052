import type { RunResult } from '@recdistill/core'

/** The few metrics that stand in narrow tables: those of the protocol's cut-offs that papers print, `select` among them. */
export function headlineMetrics(result: RunResult, available: readonly string[]): string[] {
  const { candidates, ks, select } = result.protocol
  const names = candidates.kind === 'sampled' ? ['hr', 'ndcg'] : ['recall', 'ndcg']
  const wanted = [...ks].sort((a, b) => a - b).flatMap((k) => names.map((name) => `${name}@${k}`))
  const found = wanted.filter((key) => available.includes(key))
  if (available.includes(select) && !found.includes(select)) found.unshift(select)
  return (found.length > 0 ? found : [...available]).slice(0, 6)
}
