export { aggregate, overSeeds, type Aggregate } from './aggregate.ts'
export type { Row, Value } from './row.ts'
export { gapRecovered } from './gap-recovered.ts'
export { terminalTable } from './terminal-table.ts'
export { markdownTable } from './comparison-markdown.ts'
export { htmlReport } from './html/html-report.ts'
export { modelKind } from './model-kind.ts'
export { referenceSheet } from './reference-sheet.ts'
export { significanceSheet } from './significance-sheet.ts'
export { settingsTriedSheets } from './settings-tried.ts'
export { sheetMarkdown, sheetText, type Sheet } from './sheet.ts'
export type { SignificanceRow } from './significance-row.ts'
export {
  sheetPage,
  type PageSection,
  type ScatterSpec,
  type SheetPage,
  type Tile,
} from './html/sheet-page.ts'
export { asBytes, asFactor, asMetric, asMicroseconds, asPercent, asSeconds, asWhole } from './numbers.ts'
