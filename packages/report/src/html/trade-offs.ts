import type { Row } from '../row.ts'
import { asBytes, asMetric, asMicroseconds } from '../numbers.ts'
import type { Axis } from '../plot/frame.ts'
import { scatterPlot, type Point } from '../plot/scatter-plot.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import { tabs } from './tabs.ts'

/** Quality against what it costs to keep and to serve: size of the model, time to rank the catalogue for a user. */
export function tradeOffs(context: ReportContext): Markup | null {
  const choices = context.headline.flatMap((key) => {
    const bySize = scatterPlot(
      `${key} by model size`,
      pointsOf(context, key, (row) => row.bytes),
      {
        x: sizeAxis,
        y: { ...metricAxis, label: key },
      },
    )
    const byLatency = scatterPlot(
      `${key} by ranking latency`,
      pointsOf(context, key, (row) => row.microsecondsPerUser),
      { x: latencyAxis, y: { ...metricAxis, label: key } },
    )
    const figures = [bySize, byLatency].flatMap((plot) =>
      plot ? [html`<figure class="half"><div class="plot">${plot}</div></figure>`] : [],
    )
    return figures.length > 0 ? [{ name: key, panel: html`<div class="pair">${figures}</div>` }] : []
  })
  if (choices.length === 0) return null
  const chosen = Math.max(0, context.headline.indexOf(context.result.protocol.select))
  return html`<section id="trade-offs">
    <h2>Quality against size and latency</h2>
    <p class="soft">
      Up and to the left is better. Both horizontal scales are logarithmic; bars show one standard deviation
      over seeds.
    </p>
    <div class="card">${tabs('trade-off', choices, Math.min(chosen, choices.length - 1))}</div>
  </section>`
}

function pointsOf({ rows, looks }: ReportContext, key: string, cost: (row: Row) => number | null): Point[] {
  return rows.flatMap((row) => {
    const x = cost(row)
    const value = row.test[key]
    // A logarithm needs something above 0.
    if (x === null || !(x > 0) || !Number.isFinite(x) || !value) return []
    return [{ ...looks.get(row)!, name: row.label, x, y: value.mean, spread: value.sd }]
  })
}

const metricAxis: Axis = { label: '', kind: 'linear', format: asMetric }
const sizeAxis: Axis = { label: 'model size', kind: 'log2', format: asBytes }
const latencyAxis: Axis = { label: 'ranking time of a user', kind: 'log10', format: asMicroseconds }
