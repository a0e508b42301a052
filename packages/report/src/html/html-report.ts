import { createHash } from 'node:crypto'
import type { RunResult } from '@recdistill/core'
import { aggregate } from '../aggregate.ts'
import { headlineMetrics } from '../headline-metrics.ts'
import { asSeconds, asWhole } from '../numbers.ts'
import { referenceSheet } from '../reference-sheet.ts'
import { sheetHtml } from '../sheet.ts'
import type { SignificanceRow } from '../significance-row.ts'
import { comparison } from './comparison.ts'
import { curves } from './curves.ts'
import { downloadScript, embeddedResult } from './embedded-result.ts'
import { asMarkup, html, toText, type Markup } from './markup.ts'
import { modelColours } from './model-colours.ts'
import { popularity } from './popularity.ts'
import { protocolInWords } from './protocol-in-words.ts'
import { provenance } from './provenance.ts'
import type { ReportContext } from './report-context.ts'
import { significance as significanceSection } from './significance.ts'
import { splitWarnings } from './split-warnings.ts'
import { styles } from './styles.ts'
import { tiles } from './tiles.ts'
import { tradeOffs } from './trade-offs.ts'
import { training } from './training.ts'

/**
 * The whole result as one HTML file: tables, plots as plain SVG, configuration, and the raw numbers to download. It
 * loads nothing, and its content security policy forbids that it could; every name in it is escaped.
 */
export function htmlReport(
  result: RunResult,
  {
    title = `${result.split.dataset}: big teacher, small student`,
    significance = [],
    warnings = [],
  }: {
    readonly title?: string
    /** Comparisons worked out elsewhere. */
    readonly significance?: readonly SignificanceRow[]
    /** What a reader must know about data or run; remarks on split and numbers are added. */
    readonly warnings?: readonly string[]
  } = {},
): string {
  const aggregated = aggregate(result)
  const context: ReportContext = {
    ...aggregated,
    result,
    headline: headlineMetrics(result, aggregated.metrics),
    looks: modelColours(aggregated.rows),
    protocolInWords: protocolInWords(result.protocol),
    significance,
    warnings: [...new Set([...warnings, ...splitWarnings(result), ...aggregated.notes])],
  }
  const reference = referenceSheet(result)
  const sections = [
    comparison(context),
    reference && sheetHtml('reference', reference),
    curves(context),
    tradeOffs(context),
    popularity(context),
    significanceSection(context),
    training(context),
    provenance(context),
  ].filter((section) => section !== null)
  return toText(page(title, context, sections))
}

function page(title: string, context: ReportContext, sections: readonly Markup[]): Markup {
  const { result } = context
  const { counts } = result.split
  const links = sections.flatMap((section) => {
    const [, id, name] = /<section id="([^"]+)">\s*<h2>([^<]+)<\/h2>/.exec(toText(section)) ?? []
    return id ? [html`<a href="#${id}">${asMarkup(name)}</a>`] : []
  })
  const hash = createHash('sha256').update(downloadScript).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
  // Not in the template: the policy's hash is over these exact bytes.
  const script = asMarkup(`<script>${downloadScript}</script>`)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="recdistill ${result.version}" />
        <title>${title}</title>
        <style>
          ${asMarkup(styles)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="soft">
            ${asWhole(counts.users)} users, ${asWhole(counts.items)} items,
            ${asWhole(counts.train + counts.valid + counts.test)} interactions · protocol
            ${result.protocol.name} · ${moment(result.startedAt)} · took ${asSeconds(result.seconds)}
          </p>
          <nav aria-label="sections">${links}</nav>
        </header>
        <main>${tiles(context)} ${notices(context.warnings)} ${sections}</main>
        <footer>
          <button type="button" id="download">Download the raw result (JSON)</button>
          <p>
            Made by recdistill ${result.version}. This file is complete in itself and loads nothing from the
            network.
          </p>
        </footer>
        ${embeddedResult(result)} ${script}
      </body>
    </html> `
}

function notices(warnings: readonly string[]): Markup | null {
  if (warnings.length === 0) return null
  return html`<div class="notice" role="note">
    <b>Read with care</b>
    <ul>
      ${warnings.map((warning) => html`<li>${warning}</li>`)}
    </ul>
  </div>`
}

/** `2026-11-22T01:02:03Z` as people read it; anything else as it came. */
function moment(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d+)?)?Z$/, '$1 $2 UTC')
}
