import { asSeconds, asWhole, NONE } from '../numbers.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import { table } from './table.ts'

const ends = { patience: 'stopped early', epochs: 'all', hand: 'ended by hand', failed: 'failed' } as const

/** What training took, run by run, with the settings of each. */
export function training({ rows }: ReportContext): Markup | null {
  if (rows.length === 0) return null
  return html`<section id="training">
    <h2>Training</h2>
    ${table(
      ['run', 'seed', 'epochs', 'kept', 'lists', 'steps', 'evaluation', 'total', { text: 'settings' }],
      rows.flatMap((row) =>
        row.runs.map((run) =>
          run.imported
            ? imported(run.id, run.imported)
            : html`<tr>
                <th scope="row">
                  ${run.id}${run.cached && html`<span class="sub">from the cache; times are of its training</span>`}
                </th>
                <td>${run.seed}</td>
                <td>${asWhole(run.epochs)}<span class="sub">${ends[run.stopped]}</span></td>
                <td>${run.failed === undefined ? asWhole(run.bestEpoch + 1) : NONE}</td>
                <td>${asSeconds(run.seconds.lists)}</td>
                <td>${asSeconds(run.seconds.steps)}</td>
                <td>${asSeconds(run.seconds.evaluate)}</td>
                <td>${asSeconds(run.seconds.total)}</td>
                <td class="text"><code>${settings(run)}</code></td>
              </tr>`,
        ),
      ),
    )}
  </section>`
}

/** It was not trained here: what it is in place of what its training took. */
function imported(
  id: string,
  { form, notes }: NonNullable<ReportContext['result']['models'][number]['imported']>,
): Markup {
  return html`<tr>
    <th scope="row">${id}<span class="sub">imported</span></th>
    <td class="text" colspan="8">${[form, ...notes].join('; ')}</td>
  </tr>`
}

function settings({ optimizer, method, backbone }: ReportContext['result']['models'][number]): string {
  const own = { ...backbone.params, ...(method ? { lambda: method.lambda, ...method.params } : {}) }
  const { lr, weightDecay, batch, sparse } = optimizer
  const all = { lr, weightDecay, batch, ...(sparse && { adam: 'sparse' }), ...own }
  return Object.entries(all)
    .map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' ')
}
