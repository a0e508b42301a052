import type { RunResult } from '@recdistill/core'
import { aggregate } from './aggregate.ts'
import { escapeMarkdown, tableMarkdown } from './markdown.ts'
import { asBytes, asCount, asFactor, asMetric, asPercent } from './numbers.ts'
import type { Value } from './row.ts'

/** The comparison as a GitHub table, every metric; the gap recovered stands in brackets. Notes follow below. */
export function markdownTable(
  result: RunResult,
  { metrics }: { readonly metrics?: readonly string[] } = {},
): string {
  const { rows, metrics: available, notes } = aggregate(result)
  const shown = metrics ?? available
  const head = ['model', 'parameters', 'size', 'smaller', 'users/s', ...shown]
  const body = rows.map((row) => [
    row.label,
    asCount(row.parameters),
    asBytes(row.bytes),
    row.role === 'teacher' ? '' : asFactor(row.compression),
    asCount(row.usersPerSecond),
    ...shown.map((key) => {
      if (row.seeds.length === 0) return 'failed'
      const value = row.test[key] as Value | undefined
      const spread = value?.sd === null || value === undefined ? '' : ` ± ${asMetric(value.sd)}`
      return (
        asMetric(value?.mean) +
        spread +
        (row.role === 'distilled' ? ` (${asPercent(value?.gap ?? null)})` : '')
      )
    }),
  ])
  const seeds = new Set(result.models.map((model) => model.seed)).size
  const what = `${result.split.dataset}, test part, protocol ${result.protocol.name}, ${seeds === 1 ? 'one seed' : `${seeds} seeds (mean ± sd)`}, split ${result.split.hash.slice(0, 12)}. In brackets: gap recovered.`
  return tableMarkdown(escapeMarkdown(what), { head, rows: body, notes })
}
