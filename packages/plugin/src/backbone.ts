import type { Csr, Rng, Split } from '@recdistill/core'
import type { Tensor2D } from '@recdistill/tensor'
import type { z } from 'zod'
import type { FusedInput, FusedLoss } from './fused.ts'
import type { Model } from './model.ts'

/** One mini-batch of the backbone's own objective: rows of (user, seen item, unseen items), or of users alone. */
export interface PairBatch {
  readonly users: Uint32Array // [rows]; each once when the backbone's batches are users
  readonly positives: Uint32Array // [rows]; empty when the backbone's batches are users
  readonly negatives: Uint32Array // [rows, negativesPerRow]; empty when the backbone's batches are users
  readonly negativesPerRow: number
  /** A stream of this step alone: dropout, negatives of the backbone's own. */
  readonly rng: Rng
}

/**
 * A model as differentiable views. `base`, `pull*` and `fused` add to the gradient; `update` applies and clears it.
 * No table enters the tape: a loss is differentiated with respect to scores and rows, and the backbone pulls that back.
 */
export interface Backbone extends Model {
  flipped?(): Backbone
  /**
   * Trains the model at once, in place of steps, on the split it was made of; call `begin` before asking it. It is there where the
   * definition says `trains: 'once'`: such a model teaches, but has no gradients (`base`, `pull*` and `update` throw).
   */
  fit?(): void
  /**
   * Before views are asked for of parameters that are new or have changed (`create`, `update`, `restore`): e.g. propagate the
   * graph. With `training`, the stream of a step, what is differentiated until the next call (`scores`, `rowsOf`, `rawRowsOf`,
   * `fused`, backgrounds, and all that pulls back) is as in training: a model with dropout leaves numbers out, of a user the same
   * ones whoever else is asked for. `scoresOf`, `positionsOf`, `itemsAt` and `rank` never leave anything out.
   */
  begin(training?: Rng): void
  /** Adds the gradient of the backbone's own objective. Returns the loss summed over the rows. */
  base(batch: PairBatch): number
  /** Differentiable scores of lists; the caller disposes. [users, k] */
  scores(users: Uint32Array, items: Uint32Array, k: number): Tensor2D
  /** Adds d loss / d scores. `grad` is [users, k], row-major; places holding `NO_ITEM` are ignored. */
  pullScores(users: Uint32Array, items: Uint32Array, k: number, grad: Float32Array): void
  /** Adds d loss / d rows. [ids, dim or rowDim] */
  pullRows(of: 'users' | 'items', ids: Uint32Array, grad: Float32Array): void
  /** Adds d loss / d raw rows. [ids, dim] A backbone has it where it has `rawRowsOf`. */
  pullRawRows?(of: 'users' | 'items', ids: Uint32Array, grad: Float32Array): void
  /**
   * Log of the sum of e^score over a background too large for a list: all items but those in the user's row of `exclude` and the
   * user's `k` in `items` (padding and items that are in both do no harm). Scores beyond `clamp` in magnitude count as it. Minus
   * infinity where no item is left. [users] A backbone without it is served through blocks of scores of the whole catalogue.
   */
  backgroundOf?(
    users: Uint32Array,
    items: Uint32Array,
    k: number,
    exclude: Csr | null,
    clamp: number | null,
  ): Float32Array
  /**
   * Adds d loss / d background, `grad` [users]: each background item's score gains its share e^(score - background) of it, and
   * nothing beyond `clamp`. `background` is what `backgroundOf` returned for the same arguments and parameters. A backbone has
   * both or neither.
   */
  pullBackground?(
    users: Uint32Array,
    items: Uint32Array,
    k: number,
    exclude: Csr | null,
    clamp: number | null,
    grad: Float32Array,
    background: Float32Array,
  ): void
  /** Loss and gradient in one call, off the tape: adds `scale` times the gradient, returns the loss summed over rows, unscaled; null when this backbone has no kernel for it. */
  fused?(loss: FusedLoss, input: FusedInput, scale: number): number | null
  /** One optimiser step (Adam with coupled L2, spec 2.2), then gradients are zero. @throws NumericError naming table and row. */
  update(): void
  /** Everything a checkpoint must hold. `parameters` alone suffice to rank; `optimizer` is needed to go on training. Views into live memory, in a fixed order. */
  state(): {
    readonly parameters: Record<string, Float32Array>
    readonly optimizer: Record<string, Float32Array>
    readonly step: number
  }
  /** The reverse of `state`; without `optimizer` the moments start at zero. @throws InputError when names or lengths differ. */
  restore(state: {
    parameters: Record<string, Float32Array>
    optimizer?: Record<string, Float32Array>
    step?: number
  }): void
}

/** Adam with coupled L2, as `Engine.adam` takes it. */
export interface OptimizerOptions {
  readonly lr: number
  readonly weightDecay: number
  /** A step is for the rows that have a gradient alone; absent: for all. */
  readonly sparse?: boolean
}

/** What a backbone is made of. */
export interface BackboneContext {
  readonly split: Split
  readonly dim: number
  readonly optimizer: OptimizerOptions
  readonly rng: Rng
  /** False for a frozen teacher: no gradient, no moments, `update` throws. */
  readonly trainable: boolean
  /** The engine the tables live in; typed by the backbones package, which alone knows engines. */
  readonly engine: unknown
}

export interface BackboneDefinition<P extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly paper: { readonly title: string; readonly venue: string; readonly equations?: string }
  readonly params: P
  /** What a batch is made of: training pairs (default), or users with all they have seen. */
  readonly batches?: 'pairs' | 'users'
  /** By steps of an optimiser (default), or by one call of `fit`, in closed form or by counting. */
  readonly trains?: 'steps' | 'once'
  /**
   * Whether users and items have vectors that meet in a dot product (default): then `dim` is not 0. Methods that compare vectors are
   * for such models and for those with `rowDim`.
   */
  readonly vectors?: boolean
  /** Whether there is `flipped`, for methods that rank users for an item; by default where there are `vectors`. */
  readonly flips?: boolean
  /** Length of the vectors that stand for users and items though no dot product makes a score (`vectors: false`): see `Model.rowDim`. */
  readonly rowDim?: (dim: number) => number
  /** Whether its size is chosen, as `dim` (default). A model of counts or of pairs of items has none: its `dim` is 0. */
  readonly sized?: boolean
  /** Settings of training that suit it, when nothing else is said; `batch` counts what `batches` says. */
  readonly defaults?: { readonly lr?: number; readonly weightDecay?: number; readonly batch?: number }
  create(context: BackboneContext, params: z.output<P>): Backbone
}

/** Declares a backbone; its file is its registration. */
export function defineBackbone<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
): BackboneDefinition<P> {
  return definition
}
