import type { EvalProtocol, Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import type { ImportedTeacher } from '@recdistill/teachers'
import type { Catalogue } from '../catalogue.ts'
import type { Io } from '../io.ts'
import type { CompressPlan } from './plan.ts'

/** What everything after the preparation reads. */
export interface Compression {
  readonly plan: CompressPlan
  /** Of the compression. */
  readonly folder: string
  readonly catalogue: Catalogue
  readonly split: Split
  readonly protocol: EvalProtocol
  readonly engine: Engine
  readonly imported: ImportedTeacher | null
  readonly cache: string
  readonly signal: { readonly stop: boolean }
  readonly io: Io
}
