import type { EvalProtocol, Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'

/** What all models of a run share. */
export interface Setting {
  readonly config: Config
  readonly catalogue: Catalogue
  readonly split: Split
  readonly protocol: EvalProtocol
  readonly engine: Engine
  /** True once the person wants to stop. */
  readonly signal: { readonly stop: boolean }
  /** Whether the model that is in training is done as it stands. */
  readonly enough?: boolean
}
