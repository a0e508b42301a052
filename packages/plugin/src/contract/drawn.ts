import type { ListSpec } from '../declarations.ts'

/** Lists and values of every user, as they are after the draws of an epoch and of its first batch: what a checkpoint holds. */
export interface Drawn {
  readonly epoch: number
  /** Of each user: [size], or [epochs, pairs of the user, size] for a list of pairs. */
  readonly lists: Readonly<Record<string, readonly Uint32Array[]>>
  readonly values: Readonly<Record<string, readonly Float32Array[]>> // of each user: [size]
}

export type DrawnSpec = Extract<ListSpec, { readonly draw: unknown }>

export function isDrawn(spec: ListSpec): spec is DrawnSpec {
  return 'draw' in spec
}
