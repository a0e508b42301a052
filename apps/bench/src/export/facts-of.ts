import type { EvalProtocol, ImportedModel, ModelRun, Split } from '@recdistill/core'
import type { ModelFacts } from '@recdistill/export'
import type { Catalogue } from '../catalogue.ts'
import { version } from '../version.ts'
import type { FinishedModel } from './open-run.ts'

/** What the card says of a model, from the records of its run. */
export function factsOf(
  { run }: FinishedModel,
  {
    models,
    split,
    protocol,
    catalogue,
  }: {
    models: readonly FinishedModel[]
    split: Split
    protocol: EvalProtocol
    catalogue: Catalogue
  },
): ModelFacts {
  const runs = models.map((each) => each.run)
  const teacher = run.role === 'distilled' ? runs.find(({ id }) => id === 'teacher') : undefined
  const dataset = catalogue.datasets.find(({ name }) => name === split.manifest.dataset)
  const { role, backbone, method, optimizer, seed, parameters, epochs, bestEpoch, valid, test, imported } =
    run
  return {
    name: run.id,
    createdBy: `recdistill ${version}`,
    model: {
      ...{ role, backbone, method, optimizer, seed, parameters, epochs, bestEpoch, valid, test },
      ...(imported && {
        imported: { form: imported.form, files: imported.files, doubts: doubtsOf(imported) },
      }),
    },
    teacher: teacher ? pick(teacher) : null,
    seeds: runs
      .filter((other) => other.role === role && other.label === run.label)
      .map((other) => ({ seed: other.seed, valid: other.valid, test: other.test })),
    split: split.manifest,
    protocol,
    data: dataset
      ? { licence: String(dataset.licence), citation: String(dataset.citation), home: String(dataset.home) }
      : null,
  }
}

function doubtsOf({ users, items, traps = [] }: ImportedModel): string[] {
  const lacking = (side: string, { known, missing }: ImportedModel['users'], fate: string) =>
    missing === 0 ? [] : [`${missing} of ${known + missing} ${side} are not in its files; ${fate}`]
  return [
    ...lacking('users', users, 'they are recommended what users are on average'),
    ...lacking('items', items, 'they stand behind all others'),
    ...traps,
  ]
}

function pick({ backbone, parameters, valid, test, imported }: ModelRun): NonNullable<ModelFacts['teacher']> {
  const { traps: doubts } = imported ?? {}
  return { backbone, parameters, valid, test, ...(doubts && { doubts }) }
}
