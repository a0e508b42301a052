import type { RunRecord } from '@recdistill/core'
import type { Row } from '../row.ts'
import { asMetric } from '../numbers.ts'
import type { Axis } from '../plot/frame.ts'
import { linePlot, type Curve, type Level } from '../plot/line-plot.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import { tabs, type Tab } from './tabs.ts'

/** Learning curves: each metric that was followed while training, and the losses, one to a tab. */
export function curves(context: ReportContext): Markup | null {
  const records = context.rows.flatMap((row) => row.runs.flatMap((run) => run.curve))
  const followed = (part: 'valid' | 'test') => [
    ...new Set(records.flatMap((record) => Object.keys(record[part] ?? {}))),
  ]
  const choices = [
    ...followed('valid').map((key): Choice => ({ name: `${key} (validation)`, part: 'valid', key })),
    ...followed('test').map((key): Choice => ({ name: `${key} (test)`, part: 'test', key })),
    { name: 'base loss', part: 'loss', key: 'base' } as const,
    { name: 'distillation loss', part: 'loss', key: 'kd' } as const,
  ]
  const drawn = choices.flatMap((choice): (Tab & Choice)[] => {
    const panel = panelOf(context, choice)
    return panel ? [{ ...choice, panel }] : []
  })
  if (drawn.length === 0) return null
  const { select } = context.result.protocol
  const chosen = Math.max(
    0,
    drawn.findIndex(({ part, key }) => part === 'valid' && key === select),
  )
  return html`<section id="curves">
    <h2>Learning curves</h2>
    <div class="card">${tabs('curve', drawn, chosen)}</div>
  </section>`
}

interface Choice {
  readonly name: string
  readonly part: 'valid' | 'test' | 'loss'
  readonly key: string
}

function panelOf({ rows, looks }: ReportContext, choice: Choice): Markup | null {
  const lines: Curve[] = []
  const levels: Level[] = []
  for (const row of rows) {
    const look = looks.get(row)!
    const ofSeeds = row.runs.map((run) => ({ run, points: pointsOf(run.curve, choice) }))
    const withPoints = ofSeeds.filter(({ points }) => points.length > 0)
    withPoints.forEach(({ run, points }, n) => {
      const name = n === 0 ? row.label : `${row.label}, seed ${run.seed}`
      const best = run.bestEpoch + 1
      const mark = choice.part === 'loss' || run.failed !== undefined ? null : best
      lines.push({ ...look, name, minor: n > 0, mark, points: thinned(points, best) })
    })
    const level = withPoints.length === 0 ? finalValue(row, choice) : null
    if (level !== null) levels.push({ ...look, name: row.label, value: level })
  }
  const plot = linePlot(`${choice.name} by epoch`, lines, levels, {
    x: epochs,
    y: { ...metricAxis, label: choice.name },
  })
  if (!plot) return null
  const marks =
    choice.part === 'loss' ? 'Mean of a row, before weights.' : 'The dot is the epoch that was kept.'
  const dotted = levels.length > 0 ? ' Dotted: final value of a model without a curve.' : ''
  const seeds = lines.some((line) => line.minor) ? ' Thin lines are further seeds.' : ''
  return html`<figure>
    <div class="plot">${plot}</div>
    <figcaption>${marks}${dotted}${seeds}</figcaption>
  </figure>`
}

/** Epochs as they are counted on the terminal, from 1. */
function pointsOf(curve: readonly RunRecord[], { part, key }: Choice): [number, number][] {
  return curve.flatMap((record): [number, number][] => {
    const values: Readonly<Record<string, number | undefined>> = record[part] ?? {}
    const value = values[key]
    return value !== undefined && Number.isFinite(value) ? [[record.epoch + 1, value]] : []
  })
}

/** At most 300 points or so: evenly taken, the best and the last kept. */
function thinned(points: readonly [number, number][], best: number): [number, number][] {
  const step = Math.ceil(points.length / 300)
  return points.filter(([epoch], n) => n % step === 0 || n === points.length - 1 || epoch === best)
}

/** A teacher from the cache may come without its curve; its height is still worth seeing. */
function finalValue(row: Row, { part, key }: Choice): number | null {
  return part === 'loss' ? null : (row[part][key]?.mean ?? null)
}

const epochs: Axis = {
  label: 'epoch',
  kind: 'linear',
  whole: true,
  format: String,
}
const metricAxis: Axis = { label: '', kind: 'linear', format: asMetric }
