import { type Tensor2D, tf } from '@recdistill/tensor'
import { expectSameRows } from './shapes.ts'

/**
 * Scores, or masks, of several lists as one list, row by row. [rows, sum of the sizes]
 *
 * @throws RangeError when the lists differ in rows.
 */
export function joinedLists(...lists: readonly [Tensor2D, ...Tensor2D[]]): Tensor2D {
  expectSameRows('joinedLists', Object.fromEntries(lists.map((list, n) => [`list ${n}`, list])))
  return lists.length === 1 ? tf.clone(lists[0]) : tf.concat2d([...lists], 1)
}
