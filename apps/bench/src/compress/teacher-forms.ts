import { tableBytes, type DeployedModel } from '@recdistill/compress'
import type { ModelRun } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import { modelKind } from '@recdistill/report'
import { roundTo, type Precision } from '@recdistill/serve'
import type { Compression } from './compression.ts'
import { tablesOf, type Tables } from './deployed.ts'
import type { FinalMeasure } from './final-test.ts'
import { validQuality } from './measure-candidates.ts'
import { rankingLatency } from './ranking-latency.ts'

/** The teacher as it is, and where it has tables, these in fewer bytes: what quantising alone would give. */
export async function teacherForms(
  teacher: Model,
  run: ModelRun,
  { valid, test }: FinalMeasure,
  all: Compression,
): Promise<DeployedModel[]> {
  const { split } = all
  const kind = run.backbone.name
  const tables = tablesOf(teacher)
  const whole = {
    name: `teacher ${modelKind(run.backbone)}`,
    role: 'teacher',
    kind,
  } as const
  if (tables === null)
    return [
      {
        ...whole,
        dim: null,
        precision: null,
        bytes: run.imported && run.bytes === 0 ? null : run.bytes,
        valid,
        test,
        microseconds: null,
      },
    ]
  const forms: DeployedModel[] = []
  for (const precision of ['f32', 'f16', 'int8'] as const satisfies readonly Precision[]) {
    if (precision === 'f16' && !holdsAsHalf(tables)) continue
    forms.push({
      ...whole,
      dim: tables.columns,
      precision,
      bytes: tableBytes(split.numUsers + split.numItems, tables.columns, precision),
      valid: precision === 'f32' ? valid : validQuality(tables, precision, all),
      test: precision === 'f32' ? test : null,
      microseconds: await rankingLatency(tables, split, precision),
    })
  }
  return forms
}

/** Halves end at 65504; a column that keeps unknown items behind all others may hold more. */
function holdsAsHalf({ columns, users, items }: Tables): boolean {
  return [users, items].every((table) => roundTo('f16', table, columns).every(Number.isFinite))
}
