import { asMetric, asP, asWhole, NONE } from '../numbers.ts'
import type { SignificanceRow } from '../significance-row.ts'
import { wilcoxonReach } from '../wilcoxon-reach.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import { table } from './table.ts'

/** Which differences are more than chance. */
export function significance({ significance: found, headline }: ReportContext): Markup | null {
  if (found.length === 0) return null
  const first = found.filter((row) => headline.includes(row.metric))
  const rest = found.filter((row) => !headline.includes(row.metric))
  const reaches = new Set(
    (['users', 'seeds'] as const).flatMap((over) => {
      const rows = found.filter((row) => row.over === over)
      return rows.map(({ metric }) => wilcoxonReach(rows, metric))
    }),
  )
  return html`<section id="significance">
    <h2>Significance</h2>
    <p class="soft">
      Two-sided paired tests. p is adjusted for the number of comparisons of a metric (Holm). Over users:
      would it hold for other users of these same models. Over seeds: would it hold for another training.
    </p>
    ${[...reaches].map((note) => note !== null && html`<p class="soft">${note}</p>`)}
    ${first.length > 0 && testsTable(first)}
    ${
      rest.length > 0 &&
      (first.length === 0
        ? testsTable(rest)
        : html`<details>
            <summary>${rest.length} comparisons on other metrics</summary>
            ${testsTable(rest)}
          </details>`)
    }
  </section>`
}

function testsTable(rows: readonly SignificanceRow[]): Markup {
  return table(
    ['models', 'metric', 'over', 'difference', 'interval', 't-test p', 'Wilcoxon p', { text: 'at 0.05' }],
    rows.map((row) => {
      const { interval } = row
      return html`<tr>
        <th scope="row">${row.a} against ${row.b}</th>
        <td>${row.metric}</td>
        <td>${asWhole(row.n)} ${row.over}</td>
        <td title="${row.difference}">${row.difference > 0 ? '+' : ''}${asMetric(row.difference)}</td>
        <td>
          ${
            interval
              ? html`${asMetric(interval.low)} … ${asMetric(interval.high)}<span class="sub"
                    >${Math.round(interval.confidence * 100)} %</span
                  >`
              : NONE
          }
        </td>
        <td title="unadjusted ${asP(row.t.p)}">${asP(row.t.adjusted)}</td>
        <td title="unadjusted ${row.wilcoxon ? asP(row.wilcoxon.p) : NONE}">
          ${row.wilcoxon ? asP(row.wilcoxon.adjusted) : NONE}
        </td>
        <td class="text">${verdict(row)}</td>
      </tr>`
    }),
  )
}

function verdict({ difference, t }: SignificanceRow): Markup {
  if (!(t.adjusted <= 0.05)) return html`no difference shown`
  return difference > 0 ? html`<span class="good">better</span>` : html`<span class="bad">worse</span>`
}
