import type { Rng } from '@recdistill/core'
import type { Refresh, Row } from '@recdistill/samplers'
import type { Scalar, Tensor2D } from '@recdistill/tensor'
import type { z } from 'zod'
import type { FusedLoss } from './fused.ts'

/** A list of items per user: what to score. `draw` fills `out` (all `NO_ITEM` beforehand) from its start. */
export type ListSpec =
  | {
      readonly size: number
      readonly refresh: Refresh
      readonly draw: (row: Row, out: Uint32Array, rng: Rng) => void
    }
  /** Every item, in order of id: nothing is stored per user, and a batch is scored in blocks of rows. */
  | { readonly size: 'catalogue' }

/** Numbers per user that a loss reads as constants, e.g. a weight that follows the ranking. */
export interface ValueSpec {
  readonly size: number
  readonly refresh: Refresh
  readonly fill: (row: Row, out: Float32Array, rng: Rng) => void
}

export type Lists = Readonly<Record<string, ListSpec>>
export type Values = Readonly<Record<string, ValueSpec>>

/** What a loss sees of one block of rows; all sums run over rows, since a batch may arrive in several blocks. */
export interface LossInput<P, L extends Lists, V extends Values> {
  /** Differentiable. [rows, size] each; 0 where the list has no item. */
  readonly student: { readonly scores: { readonly [name in keyof L]: Tensor2D } }
  /** Constants. [rows, size] each. */
  readonly teacher: { readonly scores: { readonly [name in keyof L]: Tensor2D } }
  /** 1 where the list has an item, 0 where it is padding. [rows, size] each. */
  readonly mask: { readonly [name in keyof L]: Tensor2D }
  /** Constants. [rows, size] each; none when the method declares none. */
  readonly values: string extends keyof V
    ? Readonly<Record<never, never>>
    : { readonly [name in keyof V]: Tensor2D }
  readonly params: P
  /** Share of the epochs done, in [0, 1). */
  readonly progress: number
}

export interface World {
  readonly numUsers: number
  readonly numItems: number
}

/** A preset: hyper-parameters the authors used for a data set and a pair of backbones. */
export interface MethodPreset<P> {
  readonly dataset: string
  readonly teacher: string
  readonly student: string
  readonly params: Partial<P>
  readonly lambda: number
  readonly weightDecay: number
  readonly batch: number
}

export interface MethodDefinition<
  P extends z.ZodObject = z.ZodObject,
  L extends Lists = Lists,
  V extends Values = Values,
> {
  readonly name: string
  readonly paper: { readonly title: string; readonly venue: string; readonly equations?: string }
  readonly params: P
  /** Weight of the term in `total = base + lambda * kd`, and the student's weight decay, when nothing else is said. */
  readonly defaults: { readonly lambda: number; readonly weightDecay: number }
  readonly presets?: readonly MethodPreset<z.output<P>>[]
  /** What the parameters must satisfy beyond their types; returns one line per problem. */
  check?(params: z.output<P>, world: World): readonly string[]
  /** In the order they are drawn. */
  lists(params: z.output<P>, world: World): L
  values?(params: z.output<P>, world: World): V
  /** The rows the loss runs over: one per training pair (a user counts once per pair), or the distinct users of the batch. */
  readonly over: 'pairs' | 'users'
  /** Summed over rows. A plain expression of tensors; differentiated with respect to the student's scores. */
  loss(input: LossInput<z.output<P>, L, V>): Scalar
  /** The same loss by name, when it is a built-in one: lets the engine skip the tape. */
  fused?(params: z.output<P>): FusedLoss | null
}

/** What is known of a method whose parameters are not known: how the bench app and the trainer hold one. */
export type AnyMethod = MethodDefinition

/** Declares a method; its file is its registration. Names of lists, values and parameters are checked by the compiler. */
export function defineMethod<P extends z.ZodObject, const L extends Lists, const V extends Values>(
  definition: MethodDefinition<P, L, V>,
): MethodDefinition<P, L, V> {
  return definition
}
