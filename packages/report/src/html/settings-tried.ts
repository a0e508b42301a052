import type { TriedSetting } from '@recdistill/core'
import { asMetric, asWhole } from '../numbers.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'

/** What a search over settings saw, model by model, the best first; null where none was made. */
export function settingsTried({ rows, result }: ReportContext): Markup | null {
  const searched = rows.flatMap(({ label, runs: [run] }) =>
    run.settingsTried === undefined ? [] : [{ label, tried: run.settingsTried }],
  )
  if (searched.length === 0) return null
  return html`<section id="settings">
    <h2>Settings tried</h2>
    <p class="soft">
      Chosen by ${result.protocol.select} on validation data, with seed ${result.models[0].seed}; each model
      had the same number of them. Those that fell behind were stopped early.
    </p>
    ${searched.map(
      ({ label, tried }) =>
        html`<details>
          <summary>${label}: ${tried.length} settings</summary>
          ${table(tried)}
        </details>`,
    )}
  </section>`
}

function table(tried: readonly TriedSetting[]): Markup {
  const best = [...tried].sort((a, b) => (b.valid ?? -Infinity) - (a.valid ?? -Infinity))
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">validation</th>
          <th scope="col">epochs</th>
          <th scope="col" class="text">settings</th>
        </tr>
      </thead>
      <tbody>
        ${best.map(
          ({ values, valid, epochs }) =>
            html`<tr>
              <td>${valid === null ? 'failed' : asMetric(valid)}</td>
              <td>${asWhole(epochs)}</td>
              <td class="text"><code>${inWords(values)}</code></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

function inWords(values: TriedSetting['values']): string {
  const said = Object.entries(values).map(([key, value]) => `${key}=${String(value)}`)
  return said.length === 0 ? 'as configured' : said.join(' ')
}
