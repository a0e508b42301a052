import { bestStudents } from '../best-students.ts'
import { modelKind } from '../model-kind.ts'
import { seedCount, type Row, type Value } from '../row.ts'
import { asBytes, asCount, asFactor, asMetric, asMicroseconds, asPercent, NONE } from '../numbers.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import { table } from './table.ts'

/** The main table: what each model costs, what it reaches, and how much of the gap it recovered. */
export function comparison(context: ReportContext): Markup {
  const { rows, metrics, headline } = context
  const rest = metrics.filter((key) => !headline.includes(key))
  return html`<section id="comparison">
    <h2>Comparison</h2>
    <p class="soft">
      Test part, ${context.protocolInWords}. Under a distilled student: gap recovered = (distilled − scratch)
      / (teacher − scratch); 100 % is as good as the teacher.
    </p>
    ${comparisonTable(context, headline, true)}
    ${
      rest.length > 0 &&
      html`<details>
        <summary>All ${metrics.length} metrics</summary>
        ${comparisonTable(context, metrics, false)}
      </details>`
    }
    ${rows.length === 0 && html`<p>No model was trained.</p>`}
  </section>`
}

function comparisonTable({ rows, looks }: ReportContext, keys: readonly string[], costs: boolean): Markup {
  const best = bestStudents(rows, keys)
  const timed = rows.some((row) => row.usersPerSecond !== null)
  const costHeads = ['parameters', 'size', 'smaller', ...(timed ? ['ranking'] : [])]
  return table(
    ['model', ...keys, ...(costs ? costHeads : [])],
    rows.map(
      (row) =>
        html`<tr>
          <th scope="row">
            <span class="swatch" style="--own:${looks.get(row)!.colour}"></span>${row.label}
            <span class="sub">${originOf(row)}${seedsOf(row)}</span>
          </th>
          ${
            row.seeds.length === 0
              ? keys.length > 0 &&
                html`<td class="text bad" colspan="${keys.length}">failed: ${reasonOf(row)}</td>`
              : keys.map((key) => metricCell(row, row.test[key], best.get(key) === row))
          }
          ${
            costs &&
            html`<td>${asCount(row.parameters)}</td>
              <td>${asBytes(row.bytes)}</td>
              <td>${row.role === 'teacher' ? '' : asFactor(row.compression)}</td>
              ${timed && html`<td>${speed(row)}</td>`}`
          }
        </tr>`,
    ),
  )
}

function metricCell(row: Row, value: Value | undefined, best: boolean): Markup {
  if (!value) return html`<td>${NONE}</td>`
  const gapClass = value.gap === null ? 'sub' : value.gap > 0 ? 'sub good' : 'sub bad'
  return html`<td title="${value.mean}">
    <span class="${best ? 'best' : ''}">${asMetric(value.mean)}</span>${
      value.sd !== null && html`<span class="sub">± ${asMetric(value.sd)}</span>`
    }${row.role === 'distilled' && html`<span class="${gapClass}">gap ${asPercent(value.gap)}</span>`}
  </td>`
}

/** What a row is made of, or that it was not made here. */
function originOf({ backbone, runs }: Row): string {
  const [{ imported }] = runs
  return imported ? `imported, ${imported.form}` : modelKind(backbone)
}

function seedsOf(row: Row): string {
  return row.runs.length > 1 ? `, ${seedCount(row)} seeds` : ''
}

/** Why the first of its seeds failed; the others are told in the notes. */
function reasonOf({ runs: [{ failed }] }: Row): string {
  return failed ?? ''
}

function speed({ usersPerSecond, microsecondsPerUser }: Row): Markup {
  if (usersPerSecond === null) return html`${NONE}`
  return html`${asCount(usersPerSecond)} users/s<span class="sub"
      >${asMicroseconds(microsecondsPerUser)} a user</span
    >`
}
