import { settingsTried, triedCells, type Tried } from '../settings-tried.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import { table } from './table.ts'

/** What a search over settings saw, model by model, the best first; null where none was made. */
export function settingsSection({ rows, result }: ReportContext): Markup | null {
  const searched = settingsTried({ rows })
  if (searched.length === 0) return null
  const equal = new Set(searched.map(({ settings }) => settings.length)).size === 1
  return html`<section id="settings">
    <h2>Settings tried</h2>
    <p class="soft">
      Chosen by ${result.protocol.select} on validation data, with seed ${result.models[0].seed}.
      ${equal ? 'Each model had the same number of them.' : 'Some models had fewer that differ.'} Those that
      fell behind were stopped early.
    </p>
    ${searched.map(
      ({ label, settings }) =>
        html`<details>
          <summary>${label}: ${settings.length} ${settings.length === 1 ? 'setting' : 'settings'}</summary>
          ${settingsTable(settings)}
        </details>`,
    )}
  </section>`
}

function settingsTable(settings: Tried['settings']): Markup {
  return table(
    ['validation', 'epochs', { text: 'settings' }],
    settings.map(triedCells).map(
      ([valid, epochs, setting]) =>
        html`<tr>
          <td>${valid}</td>
          <td>${epochs}</td>
          <td class="text"><code>${setting}</code></td>
        </tr>`,
    ),
  )
}
