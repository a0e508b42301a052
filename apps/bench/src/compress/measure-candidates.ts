import { bootstrapAll, precisions, tableBytes, type Candidate, type Estimate } from '@recdistill/compress'
import type { EvalProtocol, Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { evaluateParts, type Evaluation } from '@recdistill/metrics'
import type { Model } from '@recdistill/plugin'
import type { Precision } from '@recdistill/serve'
import { deployedModel, type Tables } from './deployed.ts'

export interface Measuring {
  readonly split: Split
  readonly protocol: EvalProtocol
  readonly engine: Engine
}

/** A student in every precision, on validation data alone. */
export function measureCandidates(tables: Tables, setting: Measuring): readonly Candidate[] {
  const { numUsers, numItems } = setting.split
  const evaluations = precisions.map((precision) => validated(tables, precision, setting))
  const qualities = qualitiesOf(evaluations, setting)
  return precisions.map((precision, n) => ({
    precision,
    bytes: tableBytes(numUsers + numItems, tables.columns, precision),
    quality: qualities[n],
  }))
}

/** The chosen metric of these tables on validation data. */
export function validQuality(tables: Tables, precision: Precision, setting: Measuring): Estimate {
  return qualitiesOf([validated(tables, precision, setting)], setting)[0]
}

export function withDeployed<T>(
  tables: Tables,
  precision: Precision,
  { engine }: Measuring,
  use: (model: Model) => T,
): T {
  const model = deployedModel(engine, tables, precision)
  try {
    return use(model)
  } finally {
    model.dispose()
  }
}

function validated(tables: Tables, precision: Precision, setting: Measuring): Evaluation {
  const { split, protocol } = setting
  return withDeployed(
    tables,
    precision,
    setting,
    (model) => evaluateParts(model, split, protocol, ['valid']).valid,
  )
}

/**
 * The chosen metric of evaluations of the same users, with intervals over users; users without truth count 0 where the protocol counts
 * them.
 */
export function qualitiesOf(
  evaluations: readonly Evaluation[],
  { protocol: { select } }: Pick<Measuring, 'protocol'>,
): readonly Estimate[] {
  const [{ users, averagedOver }] = evaluations
  const share = users.length / averagedOver
  const intervals = bootstrapAll(
    evaluations.map(({ perUser }) => perUser[select]),
    evaluations.map((_, n) => (means) => means[n] * share),
  )
  return evaluations.map(({ means }, n) => ({ ...intervals[n], value: means[select] }))
}
