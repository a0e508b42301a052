import { asMetric, asP, NONE } from './numbers.ts'
import type { SignificanceRow } from './significance-row.ts'
import type { Sheet } from './sheet.ts'
import { wilcoxonReach } from './wilcoxon-reach.ts'

/**
 * Whether the differences on a few metrics are more than chance: over seeds where there are several, else over users with a
 * bootstrap interval. Null where nothing was compared.
 *
 * @param rows All comparisons of a metric, since p is corrected for their number.
 * @param most Rows shown: those of the smallest differences, which are the closest to the best.
 * @param always Rows that are shown however many, first.
 */
export function significanceSheet(
  rows: readonly SignificanceRow[],
  metrics: readonly string[],
  {
    most = Infinity,
    always = () => false,
  }: { readonly most?: number; readonly always?: (row: SignificanceRow) => boolean } = {},
): Sheet | null {
  const wanted = rows.filter(({ metric }) => metrics.includes(metric))
  const seeds = wanted.filter(({ over }) => over === 'seeds')
  const found = seeds.length > 0 ? seeds : wanted
  if (found.length === 0) return null
  const others = found.filter((row) => !always(row))
  const byDifference = [...others].sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference))
  const kept = new Set(byDifference.slice(0, most))
  const shown = [...found.filter(always), ...others.filter((row) => kept.has(row))]
  const reaches = new Set(shown.map(({ metric }) => wilcoxonReach(found, metric)))
  const over = shown[0].over
  return {
    title: `Significance over ${over}`,
    head: [
      '',
      'metric',
      'pairs',
      'difference',
      ...(over === 'users' ? ['interval'] : []),
      't-test p',
      'Wilcoxon p',
    ],
    rows: shown.map((row) => [
      `${row.a} − ${row.b}`,
      row.metric,
      String(row.n),
      `${row.difference > 0 ? '+' : ''}${asMetric(row.difference)}`,
      ...(over === 'users' ? [intervalOf(row)] : []),
      asP(row.t.adjusted),
      row.wilcoxon ? asP(row.wilcoxon.adjusted) : NONE,
    ]),
    notes: [
      'Two-sided paired tests; p with Holm’s correction over all comparisons of a metric.',
      ...[...reaches].filter((note) => note !== null),
      ...(shown.length < found.length ? [`${found.length - shown.length} more in the report.`] : []),
    ],
  }
}

function intervalOf({ interval }: SignificanceRow): string {
  if (!interval) return NONE
  return `${asMetric(interval.low)} … ${asMetric(interval.high)} (${Math.round(interval.confidence * 100)} %)`
}
