import type { Precision } from '@recdistill/serve'

/** What a writer is given: a folder that is there, and what was asked for. */
export interface WriteContext {
  readonly folder: string
  readonly precision: Precision
  /** Items in a list, where lists are written. */
  readonly k: number
  /** Told how many users have their list, where that takes its time. */
  readonly progress?: (users: number) => void
}

/** What a writer says of its files, as Markdown: how they are loaded. */
export type HowToLoad = string
