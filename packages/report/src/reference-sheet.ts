import type { RunResult } from '@recdistill/core'
import { aggregate } from './aggregate.ts'
import { asChange, asMetric, NONE } from './numbers.ts'
import type { Sheet } from './sheet.ts'

/** Our means beside the numbers of others for the same experiment, and by how much they differ; null where there are none. */
export function referenceSheet(result: RunResult): Sheet | null {
  const { reference } = result
  if (!reference) return null
  const { rows } = aggregate(result)
  const metrics = [...new Set(Object.values(reference.values).flatMap((values) => Object.keys(values)))]
  const ours = new Map(rows.map((row) => [row.label, row]))
  const labels = [...new Set([...rows.map(({ label }) => label), ...Object.keys(reference.values)])].filter(
    (label) => label in reference.values,
  )
  return {
    title: `Beside ${reference.source}`,
    head: ['model', ...metrics],
    rows: labels.map((label) => [
      label,
      ...metrics.map((metric) => {
        const theirs = reference.values[label][metric] as number | undefined
        const mine = ours.get(label)?.test[metric]
        if (theirs === undefined) return mine ? `${asMetric(mine.mean)} / ${NONE}` : NONE
        if (!mine) return `${NONE} / ${asMetric(theirs)}`
        return `${asMetric(mine.mean)} / ${asMetric(theirs)} / ${asChange(mine.mean / theirs - 1)}`
      }),
    ]),
    notes: ['In each cell: ours / theirs / difference.', ...(reference.notes ?? [])],
  }
}
