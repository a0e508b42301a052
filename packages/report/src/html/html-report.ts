import type { RunResult } from '@recdistill/core'
import { aggregate } from '../aggregate.ts'
import { headlineMetrics } from '../headline-metrics.ts'
import { asSeconds, asWhole } from '../numbers.ts'
import { referenceSheet } from '../reference-sheet.ts'
import { sheetHtml } from '../sheet.ts'
import type { SignificanceRow } from '../significance-row.ts'
import { comparison } from './comparison.ts'
import { curves } from './curves.ts'
import { document, moment, notices } from './document.ts'
import { embeddedResult } from './embedded-result.ts'
import { html, toText, type Markup } from './markup.ts'
import { modelColours } from './model-colours.ts'
import { popularity } from './popularity.ts'
import { protocolInWords } from './protocol-in-words.ts'
import { provenance } from './provenance.ts'
import type { ReportContext } from './report-context.ts'
import { settingsSection } from './settings-tried.ts'
import { significance as significanceSection } from './significance.ts'
import { splitWarnings } from './split-warnings.ts'
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
    settingsSection(context),
    training(context),
    provenance(context),
  ].filter((section) => section !== null)
  return toText(page(title, context, sections))
}

function page(title: string, context: ReportContext, sections: readonly Markup[]): Markup {
  const { result } = context
  const { counts } = result.split
  return document({
    title,
    version: result.version,
    about: html`${asWhole(counts.users)} users, ${asWhole(counts.items)} items,
    ${asWhole(counts.train + counts.valid + counts.test)} interactions · protocol ${result.protocol.name} ·
    ${moment(result.startedAt)} · took ${asSeconds(result.seconds)}`,
    top: [tiles(context), notices(context.warnings)],
    sections,
    data: embeddedResult(result),
  })
}
