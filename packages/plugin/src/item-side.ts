import type { Scalar } from '@recdistill/tensor'
import type { Lists, Values, World } from './declarations.ts'
import type { FusedLoss } from './fused.ts'
import type { LossInput } from './loss-input.ts'

/**
 * A second term with users and items in exchanged places: lists of users drawn for an item. In `world` and in the rows of its
 * draws `numUsers` counts items, `user` is an item, `seen` its users, and models rank users for it.
 */
export interface ItemSide<L extends Lists = Lists, V extends Values = Values> {
  /** Factor on lambda: `total = base + lambda * (loss + weight * itemSide.loss)`. */
  readonly weight: number
  /** The rows: the distinct positives of the batch, or the distinct items in the user side's lists of the batch. */
  readonly over: 'positives' | 'listed'
  lists(world: World): L
  values?(world: World): V
  /** Summed over rows. */
  loss(input: LossInput<unknown, L, V>): Scalar
  readonly fused?: FusedLoss | null
}

/** Declares the item side of a method; names of lists and values are checked by the compiler. */
export function itemSide<const L extends Lists, const V extends Values>(side: ItemSide<L, V>): ItemSide {
  return side as unknown as ItemSide
}
