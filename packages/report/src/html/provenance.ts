import { asBytes, asSeconds, asWhole } from '../numbers.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'

/** Everything needed to get these numbers again: data and split, protocol, configuration, machine. */
export function provenance({ result, protocolInWords }: ReportContext): Markup {
  const { split, protocol, machine } = result
  const { engine } = machine
  const words = `${protocolInWords[0].toUpperCase()}${protocolInWords.slice(1)}.`
  return html`<section id="provenance">
    <h2>How to get these numbers again</h2>
    <div class="columns">
      <div>
        <h3>Data and split</h3>
        ${list([
          ['data set', split.dataset],
          ['split hash', html`<code>${split.hash}</code>`],
          ['rule', html`<code>${compact(split.rule)}</code>`],
          [
            'filters',
            split.filters.length === 0
              ? 'none'
              : split.filters.map((one) => html`<code>${compact(one)}</code><br />`),
          ],
          ['seed', split.seed === null ? 'none needed' : String(split.seed)],
          ['users, items', `${asWhole(split.counts.users)}, ${asWhole(split.counts.items)}`],
          [
            'train, valid, test',
            [split.counts.train, split.counts.valid, split.counts.test].map(asWhole).join(', '),
          ],
          ...split.sources.map(({ file, bytes, sha256 }): [string, Markup] => [
            'source',
            html`${file}, ${asBytes(bytes)}<br /><code>sha256 ${sha256}</code>`,
          ]),
          ...result.models.flatMap(({ id, imported }) =>
            (imported?.files ?? []).map(({ file, bytes, sha256 }): [string, Markup] => [
              `${id}, imported`,
              html`${file}, ${asBytes(bytes)}<br /><code>sha256 ${sha256}</code>`,
            ]),
          ),
        ])}
      </div>
      <div>
        <h3>Protocol</h3>
        <p>${words}</p>
        ${list([
          ['masked for test', protocol.mask.test.join(', ') || 'nothing'],
          ['masked for validation', protocol.mask.valid.join(', ') || 'nothing'],
          ['cut-offs', protocol.ks.join(', ')],
          ['models chosen by', protocol.select],
        ])}
        <h3>Machine</h3>
        ${list([
          ['processor', `${machine.cpu}, ${machine.cores} cores`],
          ['memory', asBytes(machine.memoryBytes)],
          ['system', `${machine.platform}, Node ${machine.node}`],
          [
            'engine',
            `${engine.driver}, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}, ${simd[engine.simd] ?? engine.simd}`,
          ],
          ['recdistill', result.version],
          ['started', result.startedAt],
          ['took', asSeconds(result.seconds)],
        ])}
      </div>
    </div>
    <h3>Configuration</h3>
    <pre tabindex="0">${JSON.stringify(result.config, null, 2)}</pre>
  </section>`
}

const simd: Readonly<Record<string, string>> = {
  relaxed: 'relaxed SIMD',
  simd: 'SIMD',
  none: 'no SIMD',
}

function list(entries: readonly (readonly [string, string | Markup | readonly Markup[]])[]): Markup {
  return html`<dl>
    ${entries.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`
}

function compact(value: unknown): string {
  return JSON.stringify(value) ?? 'none'
}
