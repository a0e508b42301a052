import type { Precision } from '@recdistill/serve'

/** What a writer is given: a folder that is there, and the numbers to round to. */
export interface WriteContext {
  readonly folder: string
  readonly precision: Precision
}

/** What a writer says of its files, as Markdown: how they are loaded. */
export type HowToLoad = string
