import type { Interactions } from '@recdistill/core'
import type { Filter } from './filter/filter.ts'
import type { ReadOptions } from './read/options.ts'
import type { SplitRule } from './split/rule.ts'

/** A file of a data set: where it is published, what it is called on disk, how it is read. */
export interface DataFile {
  /** Its name at the origin: looked for in `DATA/<data set>/`, with or without `.gz`. */
  readonly file: string
  readonly read?: ReadOptions
  /** Where it can be got; null where it cannot be downloaded without asking. */
  readonly url: string | null
  /** Of what `url` gives. Null where no checksum is published: then the manifest records the one found. */
  readonly sha256: string | null
  /** As published by the origin, where it publishes no SHA-256. */
  readonly md5?: string
  /** Set when `url` gives a zip archive: its name on disk, and which of its members is this file. */
  readonly archive?: { readonly file: string; readonly member: RegExp }
  /** Other names the same rows may have on disk, e.g. a converted copy. */
  readonly alternatives?: readonly { readonly file: string; readonly read?: ReadOptions }[]
}

/** Counts as read, before any filter; a copy with other counts is refused. */
export interface Fingerprint {
  readonly users: number
  readonly items?: number
  readonly interactions: number
}

export type DataSource =
  | {
      readonly kind: 'files'
      /** Groups of files: one, or train, (valid,) test. */
      readonly parts:
        | { readonly all: readonly DataFile[] }
        | {
            readonly train: readonly DataFile[]
            readonly valid?: readonly DataFile[]
            readonly test: readonly DataFile[]
          }
      readonly expect: Fingerprint | null
    }
  /** `key` tells one generated world from another: the same key, the same interactions. */
  | { readonly kind: 'generated'; readonly generate: () => Interactions; readonly key: string }

/** A named way to prepare a data set, so that numbers measured on it mean the same everywhere. */
export interface SplitPreset {
  readonly about: string
  readonly source: DataSource
  readonly filters: readonly Filter[]
  readonly rule: SplitRule
  /** Counts of the finished split where they are published; anything else is refused. */
  readonly expect?: {
    readonly users: number
    readonly items: number
    readonly train: number
    readonly valid: number
    readonly test: number
  }
}

export interface DatasetDefinition {
  readonly name: string
  readonly about: string
  readonly citation: string
  /** What the publisher says about use and redistribution. */
  readonly licence: string
  readonly home: string
  /** Other folder names looked for below the data folder. */
  readonly folders?: readonly string[]
  readonly splits: Readonly<Record<string, SplitPreset>>
  readonly defaultSplit: string
}

/** Declares a data set; it is data, so declaring one reads nothing. */
export function defineDataset(definition: DatasetDefinition): DatasetDefinition {
  return definition
}
