import type { Csr, Rng } from '@recdistill/core'
import type { ListLaw, Refresh, Row, ValueLaw } from '@recdistill/samplers'

export interface Size {
  readonly numUsers: number
  readonly numItems: number
}

/** What a method is told of its surroundings. On the item side users and items have changed places. */
export interface World extends Size {
  /** Training interactions, [users] rows of items. */
  readonly train: Csr
  /** Length of the student's and the teacher's vectors; 0 for a model without vectors. */
  readonly dims: { readonly student: number; readonly teacher: number }
  /** How many teachers' trajectories a row has; absent counts as one. */
  readonly teachers?: number
}

/** A list of items per user: what to score. `draw` fills `out` (all `NO_ITEM` beforehand) from its start. */
export type ListSpec =
  | {
      readonly size: number
      readonly per?: 'user'
      readonly refresh: Refresh
      readonly draw: (row: Row, out: Uint32Array, rng: Rng) => void
      /** The same draw by name, when it is a built-in one: lets the engine draw for all users at once. */
      readonly law?: ListLaw | undefined
    }
  /**
   * `size` items for every training pair, new ones in every epoch; needs `over: 'pairs'`. `draw` fills those of one user for
   * all epochs up to the next refresh at once: [epochs, pairs of the user, size], pairs in the order of `row.seen`.
   */
  | {
      readonly size: number
      readonly per: 'pair'
      readonly refresh: { readonly epochs: number }
      readonly draw: (row: Row, out: Uint32Array, rng: Rng) => void
    }
  /** The item, or the drawn negatives, of the training pair itself; needs `over: 'pairs'`. */
  | { readonly pair: 'positive' | 'negatives' }
  /** Every item, in order of id: nothing is stored per user, and a batch is scored in blocks of rows. */
  | { readonly size: 'catalogue' }

/** Numbers per user that a loss reads as constants, e.g. a weight that follows the ranking. */
export interface ValueSpec {
  readonly size: number
  readonly refresh: Refresh
  /**
   * True for a state: it is filled before the lists are drawn, and `out` holds what it was given last (zeros at first).
   * Others are filled after the lists, from zeros.
   */
  readonly carried?: boolean
  readonly fill: (row: Row, out: Float32Array, rng: Rng) => void
  /** The same numbers by name, when they are built-in ones. */
  readonly law?: ValueLaw | undefined
}

/** Which vectors a loss reads, [n, dim] each. A batch has its users, its positives and its negatives, each id once, ascending. */
export type RowsSpec =
  /** `items` is positives and negatives together. */
  | 'users'
  | 'positives'
  | 'negatives'
  | 'items'
  /** Drawn anew at every step, without replacement; all of them where there are fewer. */
  | { readonly of: 'users' | 'items'; readonly random: number }
  | {
      readonly of: 'users' | 'items'
      readonly all: true
      /** The rows of parameters that vectors are computed from, such as those before propagation; see `Model.rawRowsOf`. */
      readonly raw?: boolean
    }
  /** The user of each row of the loss, [rows, dim]. */
  | { readonly of: 'users'; readonly per: 'row' }
  /** The items of a list of each row of the loss, [rows * size, dim]; zeros where the list is padding. */
  | { readonly of: 'items'; readonly list: string }

/** Trainable numbers of the method itself, such as a projector: one Adam step with the student's settings at every step. */
export interface AuxSpec {
  readonly shape: readonly number[]
  /** Initial values: zeros, uniform in [-a, a], or normal of mean 0. */
  readonly init: 'zeros' | { readonly uniform: number } | { readonly normal: number }
}

/** A background too large for a list: every item that is neither seen nor in one of the named lists. */
export interface BackgroundSpec {
  readonly without: readonly string[]
  /** Scores beyond it in magnitude count as it, without gradient. */
  readonly clamp?: number
}

export type Lists = Readonly<Record<string, ListSpec>>
export type Values = Readonly<Record<string, ValueSpec>>
export type Rows = Readonly<Record<string, RowsSpec>>
export type Aux = Readonly<Record<string, AuxSpec>>
export type Backgrounds = Readonly<Record<string, BackgroundSpec>>
