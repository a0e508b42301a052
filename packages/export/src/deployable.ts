import type {
  Csr,
  EvalProtocol,
  ImportedModel,
  Metrics,
  ModelRun,
  Ranker,
  SplitManifest,
} from '@recdistill/core'
import type { Tensor } from '@recdistill/formats'

/** A trained model with everything a deployment needs to know of it. */
export interface Deployable {
  /** Ids as the data spells them; a row of a table is a place in here. */
  readonly users: readonly string[]
  readonly items: readonly string[]
  /** What is not recommended to a user, as rows of items, ascending: usually all that was seen. */
  readonly seen: Csr
  readonly form: Form
  readonly facts: ModelFacts
}

export type Form = VectorForm | ParameterForm

/** Two tables: score = users[u] · items[i]. Biases, where there are any, are columns. */
export interface VectorForm {
  readonly kind: 'vectors'
  readonly dim: number
  readonly users: Float32Array // [users, dim]
  readonly items: Float32Array // [items, dim]
}

/** A model whose score is no dot product: its parameters by name, and the backbone that knows what they mean. */
export interface ParameterForm {
  readonly kind: 'parameters'
  readonly backbone: string
  readonly tensors: Readonly<Record<string, Tensor>>
  /** What orders the catalogue as the model does, for lists of recommendations. */
  readonly ranker?: Ranker
}

/** What is said of a model in its card. */
export interface ModelFacts {
  readonly name: string
  /** The program that trained it, and its version. */
  readonly createdBy: string
  readonly model: Pick<
    ModelRun,
    | 'role'
    | 'backbone'
    | 'method'
    | 'optimizer'
    | 'seed'
    | 'parameters'
    | 'epochs'
    | 'bestEpoch'
    | 'valid'
    | 'test'
  > & {
    /** Where it is from, where it was trained elsewhere, and what is to be minded of it, a sentence each. */
    readonly imported?: Pick<ImportedModel, 'form' | 'files'> & { readonly doubts: readonly string[] }
  }
  /** Whom it learnt from, where it did, and what casts doubt on that teacher's numbers, a sentence each. */
  readonly teacher:
    | (Pick<ModelRun, 'backbone' | 'parameters' | 'valid' | 'test'> & { readonly doubts?: readonly string[] })
    | null
  /** The same experiment with every seed that was run, this one among them. */
  readonly seeds: readonly { readonly seed: number; readonly valid: Metrics; readonly test: Metrics }[]
  readonly split: SplitManifest
  readonly protocol: EvalProtocol
  /** What is known of the data set's terms; null for data that has no name here. */
  readonly data: { readonly licence: string; readonly citation: string; readonly home: string } | null
}
