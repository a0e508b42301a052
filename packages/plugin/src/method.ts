import type { Scalar } from '@recdistill/tensor'
import type { z } from 'zod'
import type { Aux, Backgrounds, Lists, Rows, Size, Values, World } from './declarations.ts'
import type { FusedLoss } from './fused.ts'
import type { ItemSide } from './item-side.ts'
import type { LossInput } from './loss-input.ts'

/** A preset: hyper-parameters the authors used for a data set and a pair of backbones. */
export interface MethodPreset<P> {
  readonly dataset: string
  readonly teacher: string
  readonly student: string
  readonly params: Partial<P>
  readonly lambda: number
  readonly weightDecay: number
  readonly batch: number
  /** Learning rate of the student, and of a teacher that is trained as well, where it is not that of any other student. */
  readonly lr?: number
}

export type Over = 'pairs' | 'users'

/** The type of a method, not of a function: so a definition whose parameters are known counts as one whose are not. */
type ChooseOver<P> = { of(params: P): Over }['of']

export interface MethodDefinition<
  P extends z.ZodObject = z.ZodObject,
  L extends Lists = Lists,
  V extends Values = Values,
  R extends Rows = Rows,
  A extends Aux = Aux,
  B extends Backgrounds = Backgrounds,
  M = unknown,
> {
  readonly name: string
  readonly paper: { readonly title: string; readonly venue: string; readonly equations?: string }
  readonly params: P
  /** Weight of the term in `total = base + lambda * kd`, and the student's weight decay, when nothing else is said. */
  readonly defaults: {
    readonly lambda: number
    readonly weightDecay: number
    /** Where the teacher trains as well. */
    readonly teacherWeightDecay?: number
  }
  readonly presets?: readonly MethodPreset<z.output<P>>[]
  /**
   * What the parameters must satisfy beyond their types; returns one line per problem, `name.parameter: ...`. Defaults it refuses
   * for a small catalogue can be lowered by that alone.
   */
  check?(params: z.output<P>, size: Size): readonly string[]
  /** What is made once per run, e.g. groups of items or a graph: given to `lists`, `values` and `loss`. */
  make?(params: z.output<P>, world: World): M
  /** In the order they are drawn. */
  lists(params: z.output<P>, world: World, made: M): L
  values?(params: z.output<P>, world: World, made: M): V
  /** Vectors the loss reads; the loss then sees the batch as a whole. Only for models that have vectors. */
  rows?(params: z.output<P>, world: World): R
  aux?(params: z.output<P>, world: World): A
  backgrounds?(params: z.output<P>): B
  /**
   * The rows the loss runs over: one per training pair (a user counts once per pair), or the distinct users of the batch;
   * a function where parameters decide.
   */
  readonly over: Over | ChooseOver<z.output<P>>
  /** What the term counts as: the sum over the rows of a batch (default), or that divided by their number; an item side stays a sum. */
  reduce?(params: z.output<P>): 'sum' | 'mean'
  /** Summed over rows. A plain expression of tensors; differentiated with respect to the student's views and `aux`. */
  loss(input: LossInput<z.output<P>, L, V, R, A, B, M>): Scalar
  /** The same loss by name, when it is a built-in one: lets the engine skip the tape. */
  fused?(params: z.output<P>): FusedLoss | null
  /** A second term with users and items in exchanged places; null when the parameters switch it off. */
  itemSide?(params: z.output<P>): ItemSide | null
  /** Given, the teacher is trained as well, by this loss: differentiated with respect to the teacher's views. */
  teacherLoss?(input: LossInput<z.output<P>, L, V, R, A, B, M>): Scalar
  /** False when the term replaces the backbones' own objective: `total = lambda * kd`. */
  base?(params: z.output<P>): boolean
  /** Where the student starts: anew (default), or as the student that was trained without a teacher. */
  readonly startsFrom?: 'random' | 'scratch'
  /** How many snapshots of each teacher's training `row.trajectories` must hold. */
  trajectory?(params: z.output<P>): number
  /**
   * Epochs in which the student is not yet taught what it shall learn in the end, e.g. while targets are easy on purpose: early
   * stopping does not count them.
   */
  warmUp?(params: z.output<P>): number
}

/** What the loss of a method with these parameters runs over. */
export function rowsOver({ over }: AnyMethod, params: Readonly<Record<string, unknown>>): Over {
  return typeof over === 'function' ? over(params) : over
}

/** What is known of a method whose parameters are not known: how the bench app and the trainer hold one. */
export type AnyMethod = MethodDefinition

/** Declares a method; its file is its registration. Names of lists, values and parameters are checked by the compiler. */
export function defineMethod<
  P extends z.ZodObject,
  const L extends Lists,
  const V extends Values,
  const R extends Rows,
  const A extends Aux,
  const B extends Backgrounds,
  M,
>(definition: MethodDefinition<P, L, V, R, A, B, M>): MethodDefinition<P, L, V, R, A, B, M> {
  return definition
}
