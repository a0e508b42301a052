import { bootstrap, precisions, tableBytes, type Candidate, type Estimate } from '@recdistill/compress'
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
  return precisions.map((precision) => ({
    precision,
    bytes: tableBytes(numUsers + numItems, tables.columns, precision),
    quality: validQuality(tables, precision, setting),
  }))
}

/** The chosen metric of these tables on validation data. */
export function validQuality(tables: Tables, precision: Precision, setting: Measuring): Estimate {
  return withDeployed(tables, precision, setting, (model) => qualityOf(validated(model, setting), setting))
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

export function validated(model: Model, { split, protocol }: Measuring): Evaluation {
  return evaluateParts(model, split, protocol, ['valid']).valid
}

/** The chosen metric with its interval over users; users without truth count 0 where the protocol counts them. */
export function qualityOf(
  { means, perUser, users, averagedOver }: Evaluation,
  { protocol: { select } }: Pick<Measuring, 'protocol'>,
): Estimate {
  const share = users.length / averagedOver
  const { low, high } = bootstrap([perUser[select]], ([mean]) => mean * share)
  return { value: means[select], low, high }
}
