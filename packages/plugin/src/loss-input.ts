import type { Rng } from '@recdistill/core'
import type { Tensor, Tensor2D } from '@recdistill/tensor'
import type { Aux, Backgrounds, Lists, Rows, Values } from './declarations.ts'

/** Names that were declared; none where nothing was. */
type Named<D, T> = { readonly [name in keyof D as string extends name ? never : name]: T }

/** Of one model. Those of the model in training are differentiable, those of the other are constants. */
export interface LossViews<L extends Lists, R extends Rows, B extends Backgrounds> {
  /** [rows, size] each; 0 where the list has no item. */
  readonly scores: { readonly [name in keyof L]: Tensor2D }
  /** [n, dim] each. */
  readonly rows: Named<R, Tensor2D>
  /** Log of the sum of e^score over the background, minus infinity where it is empty. [rows, 1] each; only of the model in training. */
  readonly backgrounds: Named<B, Tensor2D>
}

/** What a loss sees of a batch, or of one block of its rows: a method without `rows` must be a sum over rows. */
export interface LossInput<
  P,
  L extends Lists,
  V extends Values = Values,
  R extends Rows = Rows,
  A extends Aux = Aux,
  B extends Backgrounds = Backgrounds,
  M = unknown,
> {
  readonly student: LossViews<L, R, B>
  readonly teacher: LossViews<L, R, B>
  /** 1 where the list has an item, 0 where it is padding. [rows, size] each. */
  readonly mask: { readonly [name in keyof L]: Tensor2D }
  /** Constants. [rows, size] each. */
  readonly values: Named<V, Tensor2D>
  /** The same numbers for all users, [numUsers, size] row-major: for a decision about the whole, such as a stage of training. */
  readonly everyone: Named<V, Float32Array>
  /** Which users or items the rows of vectors belong to. */
  readonly ids: Named<R, Uint32Array>
  /** Differentiable: trained beside the student. */
  readonly aux: Named<A, Tensor>
  /** What `make` returned. */
  readonly made: M
  readonly params: P
  /** Share of the epochs done, in [0, 1): rises from step to step. A run whose loss has read it cannot go on to more epochs. */
  readonly progress: number
  readonly epoch: number
  /** The most epochs there can be; reading it has the same price. */
  readonly epochs: number
  /** A stream of this step alone, e.g. for Gumbel noise. */
  readonly rng: Rng
}
