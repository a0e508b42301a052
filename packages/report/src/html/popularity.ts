import type { Row, Value } from '../row.ts'
import { asMetric, asPercent, NONE } from '../numbers.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import { table } from './table.ts'

/** What is recommended rather than whether it hits: reach, novelty, inequality, popularity. Cold items follow. */
export function popularity(context: ReportContext): Markup | null {
  const { beyondMetrics } = context
  const cold = beyondMetrics.filter((key) => key.startsWith('cold.'))
  const about = beyondMetrics.filter((key) => !cold.includes(key))
  if (beyondMetrics.length === 0) return null
  return html`<section id="recommendations">
    <h2>What is recommended</h2>
    ${
      about.length > 0 &&
      html`<p class="soft">
          Coverage: share of the catalogue that anybody is shown. Novelty: bits, higher for rarer items. Gini:
          0 shows all items alike, 1 the same few to everybody. Lift: how much more popular than what users
          took themselves. Arp: mean training interactions of what is recommended.
        </p>
        ${beyondTable(context, about)}`
    }
    ${
      cold.length > 0 &&
      html`<h3 style="margin-top:1.2rem">Items never seen in training, measured apart</h3>
        ${beyondTable(context, cold)}`
    }
  </section>`
}

function beyondTable({ rows, looks }: ReportContext, keys: readonly string[]): Markup {
  const measured = rows.filter((row) => keys.some((key) => key in row.beyond))
  return table(
    ['model', ...keys.map((key) => key.replace(/^cold\./, ''))],
    measured.map(
      (row) =>
        html`<tr style="--own:${looks.get(row)!.colour}">
          <th scope="row"><span class="swatch"></span>${row.label}</th>
          ${keys.map((key) => cell(row, key))}
        </tr>`,
    ),
  )
}

function cell(row: Row, key: string): Markup {
  const value = row.beyond[key] as Value | undefined
  if (!value) return html`<td>${NONE}</td>`
  const share = /^(coverage|gini)@/.test(key) ? Math.min(1, Math.max(0, value.mean)) : null
  const lift = key.startsWith('lift@')
  return html`<td title="${value.mean}">
    ${lift && value.mean > 0 ? '+' : ''}${lift || key.startsWith('coverage@') ? asPercent(value.mean) : asMetric(value.mean)}
    ${share !== null && html`<span class="bar"><i style="width:${(share * 100).toFixed(1)}%"></i></span>`}
  </td>`
}
