import type { EvalProtocol, Metrics, SplitManifest } from '@recdistill/core'
import type { Precision } from '@recdistill/serve'
import type { Deployable, ModelFacts } from './deployable.ts'
import type { KeptLists } from './kept-lists.ts'

/** Everything a later reader needs to judge and to repeat a model: `model-card.json`, and in words `model-card.md`. */
export interface ModelCard {
  readonly schema: 1
  readonly name: string
  readonly createdBy: string
  readonly model: ModelFacts['model'] & {
    readonly users: number
    readonly items: number
    readonly bytes: number
  }
  readonly teacher: ModelFacts['teacher']
  readonly precision: {
    readonly dtype: Precision
    /** Null where nothing was rounded. All other numbers are those of single precision. */
    readonly rounding: Rounding | null
  }
  readonly data: SplitManifest & { readonly terms: ModelFacts['data'] }
  readonly protocol: EvalProtocol
  readonly metrics: {
    readonly valid: Metrics
    readonly test: Metrics
    readonly seeds: ModelFacts['seeds']
  }
  readonly intendedUse: readonly string[]
  readonly limits: readonly string[]
  readonly files: readonly CardFile[]
}

/** Metrics of the validation and the test part. */
export type Measured = Pick<ModelFacts['model'], 'valid' | 'test'>

/** What was lost by holding vectors in fewer bits. */
export interface Rounding {
  readonly kept: KeptLists
  readonly measured: Measured | null
}

export interface CardFile {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

export function modelCard(
  { users, items, form, facts }: Deployable,
  {
    precision,
    rounding,
    files,
  }: { precision: Precision; rounding: Rounding | null; files: readonly CardFile[] },
): ModelCard {
  const { name, createdBy, model, teacher, seeds, split, protocol, data } = facts
  const width = { f32: 4, f16: 2, int8: 1 }[precision]
  const scales = precision === 'int8' ? 4 * (users.length + items.length) : 0
  const numbers = form.kind === 'vectors' ? (users.length + items.length) * form.dim : model.parameters
  return {
    schema: 1,
    name,
    createdBy,
    model: {
      ...withFileNames(model),
      users: users.length,
      items: items.length,
      bytes: numbers * width + scales,
    },
    teacher,
    precision: { dtype: precision, rounding },
    data: {
      ...split,
      sources: split.sources.map((each) => ({ ...each, file: baseName(each.file) })),
      terms: data,
    },
    protocol,
    metrics: { valid: model.valid, test: model.test, seeds },
    intendedUse: [
      'Ranking the items of the catalogue it was trained on for the users it was trained on.',
      ...(form.kind === 'vectors'
        ? ['Items like an item, and new users by their first items (fold-in), through @recdistill/serve.']
        : []),
    ],
    limits: [
      ...(model.imported?.doubts ?? []).map((doubt) => `Mind it: ${doubt}.`),
      ...(teacher?.doubts ?? []).map((doubt) => `Mind its teacher: ${doubt}.`),
      'It knows no item and no user that came after its data; train anew as the catalogue moves.',
      'Its numbers were measured on past behaviour, which favours what was shown and popular then; test it on people before relying on it.',
      'Scores order items of one user. They are no probabilities, and scores of different users do not compare.',
      'Vectors of users and lists of seen items are made of personal data where users are people; treat these files as such.',
    ],
    files,
  }
}

/** Of files of elsewhere the names alone. */
function withFileNames(model: ModelFacts['model']): ModelFacts['model'] {
  if (!model.imported) return model
  const files = model.imported.files.map((each) => ({ ...each, file: baseName(each.file) }))
  return { ...model, imported: { ...model.imported, files } }
}

/** A path says more of the machine than of the data. */
function baseName(file: string): string {
  return file.split(/[\\/]/).at(-1)!
}
