import { type Tensor2D, tf } from '@recdistill/tensor'

/** Scores, or masks, of several lists as one list, row by row. [rows, sum of the sizes] */
export function joinedLists(...lists: readonly [Tensor2D, ...Tensor2D[]]): Tensor2D {
  return lists.length === 1 ? tf.clone(lists[0]) : tf.concat2d([...lists], 1)
}
