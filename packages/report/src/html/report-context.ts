import type { RunResult } from '@recdistill/core'
import type { Aggregate } from '../aggregate.ts'
import type { Row } from '../row.ts'
import type { SignificanceRow } from '../significance-row.ts'
import type { Look } from './model-colours.ts'

/** What every section of the report reads. */
export interface ReportContext extends Aggregate {
  readonly result: RunResult
  /** The metrics that get columns and plots of their own; never empty where there are any metrics. */
  readonly headline: readonly string[]
  readonly looks: ReadonlyMap<Row, Look>
  readonly protocolInWords: string
  readonly significance: readonly SignificanceRow[]
  readonly warnings: readonly string[]
}
