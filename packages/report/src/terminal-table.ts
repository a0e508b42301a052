import type { RunResult } from '@recdistill/core'
import colours from 'picocolors'
import { aggregate } from './aggregate.ts'
import { bestStudents } from './best-students.ts'
import { headlineMetrics } from './headline-metrics.ts'
import { asBytes, asCount, asFactor, asMetric, asPercent } from './numbers.ts'
import { seedCount, type Value } from './row.ts'
import { printable, textTable } from './terminal-look.ts'

/**
 * The comparison as a table of characters: a model a line, under each metric of a distilled student the gap recovered.
 * Names are stripped of control characters, which a terminal would obey.
 */
export function terminalTable(
  result: RunResult,
  { color = false, metrics }: { readonly color?: boolean; readonly metrics?: readonly string[] } = {},
): string {
  const { bold, dim, green, yellow } = colours.createColors(color)
  const { rows, metrics: available, notes } = aggregate(result)
  const shown = metrics ?? headlineMetrics(result, available)
  const several = rows.some((row) => row.runs.length > 1)
  const timed = rows.some((row) => row.usersPerSecond !== null)

  const best = bestStudents(rows, shown)
  const head = ['model', 'size', 'smaller', ...(timed ? ['users/s'] : []), ...shown]
  const table = textTable(
    head.map((name) => bold(printable(name))),
    rows.map((row) => [
      printable(row.label) + (several ? dim(` ×${seedCount(row)}`) : ''),
      asBytes(row.bytes),
      row.role === 'teacher' ? '' : asFactor(row.compression),
      ...(timed ? [asCount(row.usersPerSecond)] : []),
      ...shown.map((key) => {
        if (row.seeds.length === 0) return yellow('failed')
        const value = row.test[key] as Value | undefined
        const spread = several && value && value.sd !== null ? dim(` ±${asMetric(value.sd)}`) : ''
        const mean = best.get(key) === row ? bold(asMetric(value?.mean)) : asMetric(value?.mean)
        if (row.role !== 'distilled') return mean + spread
        const gap = value?.gap ?? null
        const colour = gap === null ? dim : gap > 0 ? green : yellow
        return `${mean}${spread}\n${colour(`gap ${asPercent(gap)}`)}`
      }),
    ]),
  )
  const heading = `${result.split.dataset}, test part, protocol ${result.protocol.name}`
  const remarks = notes.map((note) => dim(printable(note)))
  return [bold(printable(heading)), table, ...remarks].join('\n')
}
