import type { Split } from '@recdistill/core'
import { fromEmbeddings } from '@recdistill/backbones'
import type { Engine } from '@recdistill/engine'
import type { VectorForm } from '@recdistill/export'
import type { Backbone, Model } from '@recdistill/plugin'
import { formOf, vectorsOf } from '../export/deployable-of.ts'
import { roundTo, type BundleParts, type Precision } from '@recdistill/serve'

/** What of a model is deployed: the vectors that meet in a dot product. */
export interface Tables {
  readonly columns: number
  readonly users: Float32Array // [users, columns]
  readonly items: Float32Array // [items, columns]
}

/** Those of a trained model, as they are exported. Null for a model whose scores are no dot products. */
export function studentTables(model: Backbone, backbone: string): Tables | null {
  const form = formOf(model, backbone)
  return form.kind === 'vectors' ? tablesIn(form) : null
}

/** Those of a teacher from anywhere. Null where its scores are no dot products. */
export function tablesOf(model: Model): Tables | null {
  const form = vectorsOf(model)
  return form && tablesIn(form)
}

function tablesIn({ dim, users, items }: VectorForm): Tables {
  return { columns: dim, users, items }
}

/** The model that a deployment in this precision is: its numbers are those of the rounded tables. The caller disposes it. */
export function deployedModel(
  engine: Engine,
  { columns, users, items }: Tables,
  precision: Precision,
): Model {
  return fromEmbeddings(engine, {
    users: roundTo(precision, users, columns),
    items: roundTo(precision, items, columns),
    dim: columns,
  })
}

/** The same as parts of a bundle. */
export function bundleParts(
  { columns, users, items }: Tables,
  { split, precision }: { readonly split: Split; readonly precision: Precision },
): BundleParts {
  const names = (ids: readonly string[] | undefined, count: number) =>
    ids ?? Array.from({ length: count }, (_, id) => String(id))
  return {
    users: names(split.ids?.users, split.numUsers),
    items: names(split.ids?.items, split.numItems),
    dim: columns,
    userVectors: users,
    itemVectors: items,
    precision,
    seen: split.train,
  }
}
