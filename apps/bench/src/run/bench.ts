import type { Role } from '@recdistill/core'
import type { ImportedTeacher } from '@recdistill/teachers'
import type { Progress } from '../progress/progress.ts'
import type { RunFolder } from './run-folder.ts'
import type { Setting } from './setting.ts'

/** A run, from its settings to where it is kept. */
export interface Bench extends Setting {
  readonly folder: RunFolder
  readonly progress: Progress
  /** Folder of teachers and prepared data. */
  readonly cache: string
  /** A teacher that was trained elsewhere; owned by the caller. */
  readonly imported: ImportedTeacher | null
  /** Of the models to make; all when absent. */
  readonly roles?: readonly Role[]
}
